"""Publications by hand: publish the latest build after all, go back to an earlier version, list what was published."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from customer360.build import PROJECT, TESTED, BuildStopped, _now, publish
from customer360.data_sets import DataSet, load_data_set
from customer360.durable import Busy, Damaged, read_json
from customer360.sources import DeclarationError, load_sources
from customer360.warehouse import Warehouse


def publish_latest(data_set: DataSet, warehouse: Warehouse, accept: str | None) -> Path:
    """Publish the latest build without building again. Call it under the lock.

    Raises BuildStopped where it failed its tests, is published already or is not the successor of what holds.
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
    publish(data_set, warehouse, folder, accept)
    return folder


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; 0: done, 1: it could not be done, 2: usage or declaration error."""
    parser = argparse.ArgumentParser(
        prog="versions.py",
        description="Publish the latest build after all, or let an earlier version hold again.",
        epilog="Exit codes: 0 done; 1 it could not be done, and nothing changed; 2 usage or declaration error.",
    )
    parser.add_argument("--data", required=True, metavar="NAME", help="data set: datasets/NAME.yml")
    action = parser.add_mutually_exclusive_group(required=True)
    action.add_argument("--publish", action="store_true", help="publish the latest build")
    action.add_argument("--rollback", action="store_true", help="go back to the version before, or to --to")
    action.add_argument("--list", action="store_true", help="what was published when")
    parser.add_argument("--accept", metavar="REASON", help="publish shifted figures for this reason")
    parser.add_argument("--to", metavar="VERSION", help="the version to go back to")
    given = parser.parse_args(arguments)
    try:
        data_set = load_data_set(PROJECT, given.data, load_sources(PROJECT))
        warehouse = Warehouse(PROJECT / "warehouse" / data_set.name)
        if given.list:
            print(listing(warehouse))
            return 0
        with warehouse.lock():
            if given.publish:
                done = publish_latest(data_set, warehouse, given.accept)
                print(f"\npublished {done.name}")
            else:
                before = warehouse.current()
                held = warehouse.rollback(given.to)
                warehouse.note(
                    "rolled back",
                    {
                        "at": _now(),
                        "build_id": held.name,
                        "from": before.name if before else None,
                        "why": given.accept,
                    },
                )
                print(
                    f"version {held.name} holds again, published copy and state; readers see it when they reconnect"
                )
    except DeclarationError as error:
        print(f"versions.py: {error}", file=sys.stderr)
        return 2
    except (BuildStopped, Busy, Damaged, LookupError) as error:
        print(f"versions.py: {error}", file=sys.stderr)
        return 1
    return 0


def listing(warehouse: Warehouse) -> str:
    """The journal, newest first, and which version holds."""
    current = warehouse.current()
    lines = []
    for entry in reversed(warehouse.noted()):
        holds = " ← holds" if current and entry["build_id"] == current.name else ""
        kept = "" if (warehouse.versions / entry["build_id"]).is_dir() else " (no longer kept)"
        gate = entry.get("gate") or {}
        first = entry["event"] == "published" and not gate.get("baseline")
        why = gate.get("accepted") or entry.get("why") or ("first publication" if first else "")
        rows = f"{sum(entry['rows'].values()):,} rows" if "rows" in entry else ""
        lines.append(
            f"{entry['at']}  {entry['event']:11} {entry['build_id']}  {rows:>18}  contract {entry.get('contract', '-'):12}"
            f" code {entry.get('code', '-')}  {why}{kept}{holds}".rstrip()
        )
    return "\n".join(lines) or "nothing is published yet"
