"""What readers of the published copy may rely on, and which change of the models breaks it.

A contract says per published table its version, owner, grain, key and typed columns. It is read from dbt's manifest,
kept in every published version, and committed as contracts/published.json, so that a review sees each change.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from customer360.core.durable import read_json
from customer360.core.errors import Stopped
from customer360.core.steps import tool

COMMITTED = Path("contracts") / "published.json"

PUBLISHED_QUALITY = (
    "scorecard",
    "scorecard_history",
    "landing_summary",
    "quarantine_examples",
    "input_coverage",
    "field_reasons",
    "identity_quality",
    "identity_rule_use",
    "identity_value_use",
    "tag_accuracy",
)
"""Quality tables without row-level content; the quarantine never leaves the build file."""

Contract = dict[str, dict[str, Any]]
"""Per published table: version, owner, grain, key, deprecated_on, columns (name → type, `not null` behind it)."""


class NotKept(Stopped):
    """The models do not keep the committed contract; the message says where, and what to do."""


class Break(NamedTuple):
    """One change that a reader of the published copy would notice."""

    table: str
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.table}: {self.what}. {self.remedy}"


def contract_of(manifest: Mapping[str, Any]) -> Contract:
    """The contract that a manifest declares: every mart, and the published quality tables."""
    found: Contract = {}
    tested = {
        node["attached_node"]: _tested_key(node)
        for node in sorted(manifest["nodes"].values(), key=lambda node: node["unique_id"])
        if node["resource_type"] == "test" and _tested_key(node)
    }
    for key, node in manifest["nodes"].items():
        if node["resource_type"] != "model":
            continue
        if node["fqn"][1] != "marts" and not (
            node["fqn"][1] == "quality" and node["name"] in PUBLISHED_QUALITY
        ):
            continue
        meta = node["config"].get("meta") or {}
        keys = [rule["columns"] for rule in node.get("constraints", ()) if rule["type"] == "primary_key"]
        found[node["alias"]] = {
            "version": node.get("version") or meta.get("version"),
            "owner": meta.get("owner"),
            "grain": meta.get("grain"),
            # an index over many rows costs more than the test that proves the same
            "key": keys[0] if keys else tested.get(key, []),
            "deprecated_on": (node.get("deprecation_date") or "")[:10] or None,
            "columns": {name: _column(column) for name, column in node["columns"].items()},
        }
    return dict(sorted(found.items()))


def _tested_key(node: Mapping[str, Any]) -> list[str]:
    test = node.get("test_metadata") or {"name": "", "kwargs": {}}
    if test["name"] == "unique_grain":
        return list(test["kwargs"]["columns"])
    return [test["kwargs"]["column_name"]] if test["name"] == "unique" else []


def _column(column: Mapping[str, Any]) -> str:
    required = any(rule["type"] == "not_null" for rule in column.get("constraints", ()))
    return (column.get("data_type") or "any").lower() + (" not null" if required else "")


def unfinished(contract: Contract) -> list[str]:
    """Tables that promise too little: without version, owner, grain, key or a type of every column."""
    return [
        f"{table}: {item}"
        for table, promised in contract.items()
        for item in ("version", "owner", "grain", "key", "columns")
        if not promised[item]
        or (item == "columns" and any(c.startswith("any") for c in promised[item].values()))
    ]


def digest(contract: Contract) -> str:
    """A short name of a contract: equal exactly where the contracts are."""
    return hashlib.sha256(json.dumps(contract, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:12]


def breaks(before: Contract, after: Contract, today: dt.date) -> list[Break]:
    """Changes from `before` to `after` that a reader would notice and was not told of in time.

    A table may change its shape with a higher version, as long as its old shape stays beside it under
    `<table>_v<old version>` with a deprecation date; it may go when that date has come.
    """
    return [found for table in before for found in _of_table(table, before, after, today)]


def _of_table(table: str, before: Contract, after: Contract, today: dt.date) -> Iterator[Break]:
    old, new = before[table], after.get(table)
    if new is None:
        until = old["deprecated_on"]
        if until is None:
            yield Break(table, "the table is gone", "Keep it, and announce its end with a `deprecation_date`")
        elif dt.date.fromisoformat(until) > today:
            yield Break(table, f"the table is gone before {until}", "Keep it until that day")
        return
    if old["deprecated_on"] and (new["deprecated_on"] or "9999") < old["deprecated_on"]:
        yield Break(table, f"its end moved forward from {old['deprecated_on']}", "Keep the announced day")
    changes = list(_changes(old, new))
    if not changes:
        return
    kept = f"{table}_v{old['version']}"
    if new["version"] <= old["version"]:
        for change in changes:
            yield Break(
                table,
                change,
                f"Undo it, or keep this shape as version {old['version']} of the model with a `deprecation_date`"
                f" and make the new one version {old['version'] + 1} (docs/publishing.md)",
            )
    elif not after.get(kept, {}).get("deprecated_on"):
        yield Break(
            table,
            f"version {new['version']} replaces version {old['version']} at once ({'; '.join(changes)})",
            f"Publish the old shape beside it as {kept}, with a `deprecation_date`",
        )
    elif list(_changes(old, after[kept])):
        yield Break(
            kept, f"it is not the shape that {table} had", "Keep what readers of the old version have"
        )


def _changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    if old["key"] != new["key"]:
        yield f"its key was {_list(old['key'])} and is {_list(new['key'])}"
    if old["grain"] != new["grain"]:
        yield f"its grain was '{old['grain']}' and is '{new['grain']}'"
    for name, promised in old["columns"].items():
        now = new["columns"].get(name)
        if now is None:
            yield f"column {name} is gone"
        elif now.removesuffix(" not null") != promised.removesuffix(" not null"):
            yield f"column {name} was {promised} and is {now}"
        elif promised.endswith(" not null") and not now.endswith(" not null"):
            yield f"column {name} may be null now"


def _list(names: Sequence[str]) -> str:
    return ", ".join(names) or "none"


def read(path: Path) -> Contract:
    """A contract that was written before; an empty one where there is none. Raises Damaged where it cannot be read."""
    return (
        read_json(path, "Restore it, or go back to the version before: make rollback")
        if path.is_file()
        else {}
    )


def write(contract: Contract, path: Path) -> None:
    """One line per column, so that a change is one line of a review."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(contract, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def declared(project: Path) -> Contract:
    """The contract that the models declare now: dbt parses them first."""
    target = "target/lint"
    subprocess.run(
        [tool("dbt"), "--quiet", "parse", "--target", "lint", "--target-path", target],
        cwd=project,
        check=True,
    )
    manifest = json.loads((project / target / "manifest.json").read_text(encoding="utf-8"))
    return contract_of(manifest)


def hold_to_contract(project: Path, write_it: bool = False) -> str:
    """Hold the models against the committed contract, or commit to what they declare now; what there is to say of it.

    Raises NotKept where it is broken, unfinished, or changed and not committed.
    """
    now, committed = declared(project), read(project / COMMITTED)
    if problems := [*unfinished(now), *map(str, breaks(committed, now, dt.date.today()))]:
        raise NotKept("\n".join(problems))
    if write_it:
        write(now, project / COMMITTED)
        return f"wrote {COMMITTED}: {len(now)} tables, contract {digest(now)}"
    if now != committed:
        raise NotKept(f"{COMMITTED} does not say what the models do. Run: make contracts WRITE=yes")
    return f"{len(now)} published tables hold their contract {digest(now)}"
