"""Publications: publish a tested build, publish the latest one after all, go back to an earlier version, list them."""

from __future__ import annotations

import datetime as dt
import getpass
import json
import shutil
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from customer360.core import steps, upgrades
from customer360.core.data_sets import DataSet
from customer360.core.durable import read_json
from customer360.core.errors import BuildStopped
from customer360.core.policy import policy_file
from customer360.core.sources import STATE, load_tables
from customer360.core.warehouse import Warehouse
from customer360.landing.writer import write_declared
from customer360.privacy import erasure
from customer360.privacy.private import published_group, seal
from customer360.release import contracts
from customer360.release.contracts import Contract, Promised
from customer360.release.gate import REPORT, STOPPED
from customer360.release.publish import (
    RECORD,
    Incomplete,
    record_of,
    write_published,
    write_record,
    write_state,
)

TESTED = "tested.json"
"""In a build folder: the build passed its tests; which version's state it read, and the contract of its models."""


def publish(
    data_set: DataSet,
    warehouse: Warehouse,
    folder: Path,
    accept: str | None = None,
    erased: Sequence[str] = (),
    accept_contract: int | None = None,
) -> None:
    """Publish a tested build: write a candidate, audit it, make it hold. Call it under the lock.

    `accept` is the reason for which shifted figures pass. `erased` are the values of persons that were taken out before
    the build: no file may hold one afterwards. `accept_contract` is the new major version of the contract that a person
    has accepted.
    Raises BuildStopped where the contract is broken or the gate stops it; everything stays as it was.
    """
    current = warehouse.current()
    tested = read_json(folder / TESTED, f"Build again: make build DATA={data_set.name}")
    contract: Contract = tested["contract"]
    leave_out, shapes = tested.get("leave_out", ()), tested.get("shapes")
    promised, taken = check_contract(data_set, contract, current, accept_contract)
    database = folder / "customer360.duckdb"
    state_tables = load_tables(data_set.project, STATE)
    candidate = warehouse.candidate(folder.name)
    try:
        rows = write_published(database, candidate / "published", contract, leave_out, shapes)
        for table in state_tables:
            write_declared(candidate / "state" / table.entity, table)
        write_state(database, candidate / "state", [table.entity for table in state_tables])
        upgrades.STATE.mark(candidate / "state")
        contracts.write(promised, candidate / "contract.json")
    except Incomplete as error:
        raise BuildStopped(f"the published copy would not be whole: {error}. Nothing was published") from None
    except (OSError, duckdb.IOException):
        shutil.rmtree(candidate, ignore_errors=True)  # it may be what filled the disk
        raise
    audited = steps.run(
        data_set.project, "audit the candidate", gate_command(data_set, candidate, current, accept)
    )
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
    accepted = {"from": taken, "who": getpass.getuser(), "why": accept} if taken else None
    record = record_of(candidate / "published", folder.name, rows, promised, tested["code"], report, accepted)
    write_record(candidate, record)
    seal(candidate / "published", published_group(data_set.project, data_set.policy), warehouse.folder.parent)
    warehouse.promote(candidate)
    warehouse.note("published", {"at": _now(), **record})
    warehouse.tidy()
    erasure.finish(data_set.project, data_set, warehouse, erased)


def check_contract(
    data_set: DataSet, tables: Contract, current: Path | None, accepted: int | None
) -> tuple[Promised, int | None]:
    """The contract of a build as it is to be written, and the major version that it takes the place of, where it does.

    Raises BuildStopped where a reader of the version that holds would miss something in the next one that no new major
    version names, or where nobody has accepted that version.
    """
    known = contracts.majors(data_set.project)
    now = Promised(max(known), tables)
    if current is None:
        return now, None
    before, today = contracts.read(current / "contract.json"), dt.date.today()
    if now.major < before.major:
        raise BuildStopped(
            f"contract {before.major} holds, and this release knows contract {now.major} at most; nothing was published."
            f" Use the release that published it, or go back: make rollback DATA={data_set.name}"
        )
    replaced = contracts.replaced_between(known, before.major, now.major)
    if lost := contracts.unannounced(before, now, replaced, today):
        raise BuildStopped(
            "the contract with readers of the published copy is broken; nothing was published.\n  "
            + "\n  ".join([*map(str, lost), contracts.how_to_announce(before, now)])
        )
    if now.major == before.major:
        return now, None
    if accepted != now.major:
        raise BuildStopped(
            f"contract {now.major} takes the place of contract {before.major}, and nobody has accepted it; nothing was"
            " published. Readers lose:\n  "
            + "\n  ".join(f"{old} → {', '.join(places) or 'nothing'}" for old, places in replaced.items())
            + f"\nTell them. Then: make publish DATA={data_set.name} ACCEPT_CONTRACT={now.major}"
        )
    return now, before.major


def gate_command(data_set: DataSet, candidate: Path, current: Path | None, accept: str | None) -> list[str]:
    """The command that audits a candidate: a process of its own, for what it imports is large."""
    words = ["gate", "--candidate", str(candidate)]
    words += ["--rules", str(policy_file(data_set.project, data_set.policy, "publication_gate"))]
    words += ["--baseline", str(current)] if current else []
    words += ["--accept", accept] if accept else []
    return steps.own_command(*words)


def declared(manifest: Path, leave_out: Collection[str] = ()) -> dict[str, Any]:
    """What the models of a build promise, for TESTED: their contract, the areas that were left out, and the shapes of the
    tables of these; an empty contract where dbt left no manifest."""
    found = json.loads(manifest.read_text(encoding="utf-8")) if manifest.is_file() else {"nodes": {}}
    return {
        "contract": contracts.contract_of(found),
        "leave_out": list(leave_out),
        "shapes": contracts.shapes_of(found, leave_out),
    }


def catch_up(warehouse: Warehouse) -> None:
    """Note the publication that a kill kept from being noted."""
    current = warehouse.current()
    record = current / RECORD if current else None
    if record and record.is_file():
        told = read_json(record, "Go back to the version before: make rollback")
        warehouse.note("published", {"at": _now(), **told})


def publish_latest(
    data_set: DataSet, warehouse: Warehouse, accept: str | None, accept_contract: int | None = None
) -> Path:
    """Publish the latest build without building again. Call it under the lock.

    Raises BuildStopped where it failed its tests, is published already, is not the successor of what holds, or was built
    before its state had today's layout.
    """
    built = warehouse.latest_build()
    again = f"Run: make build DATA={data_set.name}"
    if built is None:
        raise BuildStopped(f"nothing is built yet. {again}")
    folder, current = built.parent, warehouse.current()
    if not (folder / TESTED).is_file():
        raise BuildStopped(f"the latest build, {folder.name}, did not pass its tests. {again}")
    if (warehouse.versions / folder.name).exists():
        raise BuildStopped(f"the latest build, {folder.name}, is published already")
    state_of = read_json(folder / TESTED, again)["state_of"]
    if state_of != (current.name if current else None):
        raise BuildStopped(
            f"the latest build, {folder.name}, began from another version than the one that holds. {again}"
        )
    if upgrades.STATE.version_of(folder / "state") != upgrades.STATE.version:
        raise BuildStopped(f"the latest build, {folder.name}, has the state of an earlier release. {again}")
    publish(data_set, warehouse, folder, accept, accept_contract=accept_contract)
    return folder


def roll_back(warehouse: Warehouse, to: str | None, why: str | None) -> str:
    """Let the version before, or `to`, hold again, published copy and state, and note it; what there is to say of it.
    Call it under the lock.

    Raises NoVersion where there is none to go back to.
    """
    before = warehouse.current()
    held = warehouse.rollback(to)
    noted = {"build_id": held.name, "from": before.name if before else None, "why": why}
    warehouse.note("rolled back", {"at": _now(), **noted})
    told = f"version {held.name} holds again, published copy and state; readers see it when they reconnect"
    left, major = (contracts.read(version / "contract.json").major for version in (before or held, held))
    if major != left:
        told += f". It keeps contract {major}"
    if major < left:
        told += f"; contract {left} is to be accepted again"
    return told


def listing(warehouse: Warehouse) -> str:
    """The journal, newest first, and which version holds."""
    current = warehouse.current()
    lines = []
    for entry in reversed(warehouse.noted()):
        holds = " ← holds" if current and entry["build_id"] == current.name else ""
        kept = "" if (warehouse.versions / entry["build_id"]).is_dir() else " (no longer kept)"
        gate = entry.get("gate") or {}
        first = entry["event"] == "published" and not gate.get("baseline")
        why = why_noted(entry) or ("first publication" if first else "")
        rows = f"{sum(entry['rows'].values()):,} rows" if "rows" in entry else ""
        lines.append(
            f"{entry['at']}  {entry['event']:11} {entry['build_id']}  {rows:>18}  contract {contract_noted(entry):16}"
            f" code {entry.get('code', '-')}  {why}{kept}{holds}".rstrip()
        )
    return "\n".join(lines) or "nothing is published yet"


def contract_noted(entry: Mapping[str, Any]) -> str:
    """The contract of a line of the journal: its major version and its short name."""
    return f"{entry.get('major', 1)} {entry['contract']}" if "contract" in entry else "–"


def why_noted(entry: Mapping[str, Any]) -> str:
    """What a person gave as the reason for a line of the journal, and which contract was accepted by whom."""
    accepted = entry.get("accepted_contract")
    told = [(entry.get("gate") or {}).get("accepted") or entry.get("why") or (accepted or {}).get("why")]
    if accepted:
        told.append(f"contract {entry['major']} accepted by {accepted['who']}")
    return "; ".join(filter(None, told))


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
