"""One build of a data set: fill the inbox, land, build and test a new warehouse file, publish it."""

from __future__ import annotations

import json
import os
import resource
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import duckdb

from customer360.core import steps
from customer360.core.data_sets import DataSet, check_policy
from customer360.core.dbt import LEFT_OUT, run_dbt, selection
from customer360.core.declarations import DeclarationError
from customer360.core.durable import publish as give_name
from customer360.core.errors import BuildStopped
from customer360.core.faults import fault, fault_of
from customer360.core.policy import policy_file
from customer360.core.reading import require_free
from customer360.core.sources import TRUTH, Table, load_sources, load_tables
from customer360.core.warehouse import Warehouse
from customer360.landing.ledger import content_id, landed_ids
from customer360.landing.writer import write_declared
from customer360.onboarding.mapping import load_contracts, require_complete
from customer360.onboarding.systems import check_document_keys, out_of_step
from customer360.onboarding.tags import check_tags
from customer360.pipeline.failures import print_failures
from customer360.pipeline.scorecard import print_scorecard
from customer360.privacy import erasure
from customer360.privacy.hashing_key import require_key
from customer360.privacy.private import close, published_group
from customer360.privacy.state import current_state, read_state
from customer360.release.gate import read_rules
from customer360.release.publish import code_version
from customer360.release.versions import TESTED, catch_up, declared, publish


def build_data_set(
    data_set: DataSet,
    warehouse: Warehouse,
    unit_tests: bool = False,
    accept: str | None = None,
    take_older: Sequence[str] = (),
    accept_contract: int | None = None,
) -> None:
    """Check what a build needs, take the lock, close the folders to others, and build (see `build`).

    Raises DeclarationError before anything is done, Busy where another build is running, and BuildStopped where a step
    or the machine fails; what was published before stays.
    """
    started = time.monotonic()
    check_before(data_set)
    try:
        with warehouse.lock():
            group = published_group(data_set.project, data_set.policy)
            close(data_set.project, data_set.name, warehouse, group)
            build(data_set, warehouse, unit_tests, accept, take_older, accept_contract)
    except (OSError, duckdb.IOException, duckdb.OutOfMemoryException) as error:
        found = fault_of(error) if isinstance(error, OSError) else fault(str(error)) or error
        raise BuildStopped(f"{found}. What was published before stays") from None
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024**2
    print(
        f"\npublished {warehouse.published.relative_to(data_set.project)}"
        f" after {time.monotonic() - started:.0f} s; peak memory of a step {peak:.2f} GB"
    )


def build(
    data_set: DataSet,
    warehouse: Warehouse,
    unit_tests: bool = False,
    accept: str | None = None,
    take_older: Sequence[str] = (),
    accept_contract: int | None = None,
) -> None:
    """Build and test `data_set` into a new file and publish it. Call it under the lock.

    Unit tests look at the models and not at the data: they run where asked for, as `make test` does. `accept` is
    the reason for which the gate lets shifted figures through. `take_older` are files that landing takes although they
    are older than what is in force.
    Raises BuildStopped where a step fails, and Held where another program has opened the published copy for writing; what
    was published before stays as it was.
    """
    project = data_set.project
    require_key(data_set)
    require_free(warehouse.published)
    warehouse.tidy()
    catch_up(warehouse)
    if data_set.prepare:
        fill_inbox(data_set)
    taken = [word for file in take_older for word in ("--take-older", file)]
    landed = steps.run(project, "land", steps.own_command("land", "--data", data_set.name, *taken))
    if landed == 1:
        raise BuildStopped(
            "files were set aside. Mend or remove them; "
            f"landing/{data_set.name}/load_report.json says which and why"
        )
    if landed:
        raise BuildStopped("landing did not end; see above")
    erased = erasure.sweep(project, data_set, warehouse)
    folder = warehouse.new_build()
    database = folder / "customer360.duckdb"
    offer_truth(project / "truth" / data_set.name, load_tables(project, TRUTH))
    read_state(data_set, warehouse, folder / "state")
    left_out = {} if unit_tests else {LEFT_OUT: os.environ.get(LEFT_OUT, "unit_test")}
    # what other systems' models hold is none of its business, and their unit tests are
    words = ["build", *selection(data_set, of_everybody=unit_tests)]
    failed = run_dbt("build and test", data_set, warehouse, words, folder, folder.name, left_out)
    print_scorecard(database)
    if failed:
        print_failures(project, project / "target" / data_set.name, data_set.name, database)
        raise BuildStopped(
            f"a model or test failed; nothing was published. Look into {database.relative_to(project)}"
        )
    current = warehouse.current()
    tested = {
        "state_of": current.name if current else None,
        "code": code_version(project),
        **declared(project / "target" / data_set.name / "manifest.json", data_set.leave_out),
    }
    (folder / f".{TESTED}").write_text(json.dumps(tested), encoding="utf-8")
    give_name(folder / f".{TESTED}", folder / TESTED)
    publish(data_set, warehouse, folder, accept, erased, accept_contract)


def check_before(data_set: DataSet) -> None:
    """DeclarationError where a build of the data set would end in nothing but a late and obscure failure."""
    project = data_set.project
    check_policy(project, data_set)
    read_rules(policy_file(project, data_set.policy, "publication_gate"))
    published_group(project, data_set.policy)
    with current_state(Warehouse(project / "warehouse" / data_set.name)) as state:
        check_tags(project, data_set.policy, state)
    tables = load_sources(project)
    require_complete([tables[key] for key in data_set.offers], load_contracts(project))
    check_document_keys(data_set)
    missing = out_of_step(project)
    if missing:
        raise DeclarationError(
            project / missing[0],
            "systems",
            "does not follow from the sources' YAML any more",
            "Run: make systems",
        )


def fill_inbox(data_set: DataSet) -> None:
    """Run the data set's own command. Where landing holds what the inbox offers no longer, landing starts over:
    deltas of another run of a generator would be added to those of this one.

    Looks at what has landed and not at what the command did, so that a kill between the two changes nothing.
    Raises BuildStopped where the command fails.
    """
    project = data_set.project
    if steps.run(project, "fill the inbox", [sys.executable, *data_set.prepare.split()]):
        raise BuildStopped("the inbox could not be filled; see above")
    landing = project / "landing" / data_set.name
    inbox = project / "inbox" / data_set.name
    offered = {content_id(path) for path in inbox.rglob("*") if path.is_file()}
    if landed_ids(landing) - offered:
        print("the files of the inbox were replaced: landing starts over")
        shutil.rmtree(landing)


def offer_truth(folder: Path, tables: list[Table]) -> None:
    """Lay a zero-row file beside each table of labelled data, so that a data set without labels builds."""
    for table in tables:
        write_declared(folder, table, f"{table.entity}_declared.parquet")
