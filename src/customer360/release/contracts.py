"""What readers of the published copy may rely on, and which change of the models breaks it.

A contract says per published table its version, owner, grain, key and typed columns. It is read from dbt's manifest,
kept in every published version, and committed as contracts/published.json, so that a review sees each change. What may
go at once goes with a new major version of the whole: contracts/<major>.yml names it, and what takes its place.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from customer360.core.declarations import DeclarationError, read_yaml
from customer360.core.durable import read_json, write_text
from customer360.core.errors import Stopped
from customer360.core.sources import rules_of
from customer360.core.steps import ended, tool

COMMITTED = Path("contracts") / "published.json"

PUBLISHED_QUALITY = (
    "scorecard",
    "scorecard_history",
    "landing_summary",
    "input_coverage",
    "identity_quality",
    "tag_accuracy",
)
"""Quality tables without row-level content; the quarantine never leaves the build file."""

Contract = dict[str, dict[str, Any]]
"""Per published table: version, owner, grain, key, deprecated_on, columns (name → type, `not null` behind it)."""


Replaced = dict[str, tuple[str, ...]]
"""What a major version takes from readers, as table or table.column, and what takes its place; empty where nothing does."""

NOTHING = "none"
"""What contracts/<major>.yml says where nothing takes the place."""


class Promised(NamedTuple):
    """A contract as it is written down: its major version and its tables."""

    major: int
    tables: Contract


class NotKept(Stopped):
    """The models do not keep the committed contract; the message says where, and what to do."""


class Break(NamedTuple):
    """One change that a reader of the published copy would notice."""

    table: str
    what: str
    remedy: str
    columns: tuple[str, ...] = ()
    """The columns that it takes; none where it is the table."""

    def announced(self, replaced: Replaced) -> bool:
        """Whether a major version names all that it takes: the table, or each column as table.column."""
        columns = [f"{self.table}.{column}" in replaced for column in self.columns]
        return self.table in replaced or (bool(columns) and all(columns))

    def __str__(self) -> str:
        return f"{self.table}: {self.what}. {self.remedy}"


def contract_of(manifest: Mapping[str, Any]) -> Contract:
    """The contract that a manifest declares: every mart, and the published quality tables."""
    found: Contract = {}
    tested = {
        node["attached_node"]: list(node["test_metadata"]["kwargs"]["key"])
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test"
        and "key" in (node.get("test_metadata") or {"kwargs": ()})["kwargs"]
        and node["test_metadata"]["name"] == "rules_hold"
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
        # an index over many rows costs more than the test that proves the same
        keys += [tested[key]] if key in tested else []
        keys += [[name] for name, column in node["columns"].items() if "unique" in rules_of(column)]
        found[node["alias"]] = {
            "version": node.get("version") or meta.get("version"),
            "owner": meta.get("owner"),
            "grain": meta.get("grain"),
            "key": keys[0] if keys else [],
            "deprecated_on": (node.get("deprecation_date") or "")[:10] or None,
            "columns": {name: _column(column) for name, column in node["columns"].items()},
        }
    return dict(sorted(found.items()))


def shapes_of(manifest: Mapping[str, Any], areas: Collection[str]) -> dict[str, dict[str, str]]:
    """Columns and their types, by schema.table, of the marts and tables of pages that belong to these areas."""
    return {
        f"{node['fqn'][1]}.{node['alias']}": {
            name: _column(column).removesuffix(" not null") for name, column in node["columns"].items()
        }
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
        and node["fqn"][1] in ("marts", "pages")
        and set(node["tags"]) & set(areas)
    }


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
        for columns, change in changes:
            yield Break(
                table,
                change,
                f"Undo it, or keep this shape as version {old['version']} of the model with a `deprecation_date`"
                f" and make the new one version {old['version'] + 1} (docs/publishing.md)",
                columns,
            )
    elif not after.get(kept, {}).get("deprecated_on"):
        told = "; ".join(change for _, change in changes)
        yield Break(
            table,
            f"version {new['version']} replaces version {old['version']} at once ({told})",
            f"Publish the old shape beside it as {kept}, with a `deprecation_date`",
            tuple(column for columns, _ in changes for column in columns)
            if all(columns for columns, _ in changes)
            else (),
        )
    elif list(_changes(old, after[kept])):
        yield Break(
            kept, f"it is not the shape that {table} had", "Keep what readers of the old version have"
        )


def _changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], str]]:
    """The columns that each change concerns (none: the table) and what it is."""
    if old["key"] != new["key"]:
        yield (), f"its key was {_list(old['key'])} and is {_list(new['key'])}"
    if old["grain"] != new["grain"]:
        yield (), f"its grain was '{old['grain']}' and is '{new['grain']}'"
    for name, promised in old["columns"].items():
        now = new["columns"].get(name)
        if now is None:
            yield (name,), f"column {name} is gone"
        elif now.removesuffix(" not null") != promised.removesuffix(" not null"):
            yield (name,), f"column {name} was {promised} and is {now}"
        elif promised.endswith(" not null") and not now.endswith(" not null"):
            yield (name,), f"column {name} may be null now"


def _list(names: Sequence[str]) -> str:
    return ", ".join(names) or "none"


# --- major versions ----------------------------------------------------------------------------------------


def majors(project: Path) -> dict[int, Replaced]:
    """What each major version took from readers, by its number: contracts/<major>.yml. Contract 1 took nothing.

    Raises DeclarationError where a file cannot be used or a number is left out.
    """
    found: dict[int, Replaced] = {1: {}}
    numbers = sorted(
        int(file.stem) for file in (project / COMMITTED.parent).glob("*.yml") if file.stem.isdigit()
    )
    for number in numbers:
        file = project / COMMITTED.parent / f"{number}.yml"
        if number != len(found) + 1:
            raise DeclarationError(
                file, "name", f"contract {len(found) + 1} comes first", f"Name it {len(found) + 1}.yml"
            )
        found[number] = _replaced(file)
    return found


def _replaced(file: Path) -> Replaced:
    content = read_yaml(file)
    named = content.get("replaced") if isinstance(content, dict) and content.keys() == {"replaced"} else None
    if not isinstance(named, dict) or not named:
        raise DeclarationError(
            file, "replaced", "missing, empty or not alone", "Write `replaced: {old_table: new_table}`"
        )
    found: Replaced = {}
    for old, new in named.items():
        places = [new] if isinstance(new, str) else new
        if not isinstance(places, list) or not places or not all(isinstance(name, str) for name in places):
            raise DeclarationError(
                file, f"replaced.{old}", f"{new!r} names nothing", f"Write what takes its place, or {NOTHING}"
            )
        found[str(old)] = () if places == [NOTHING] else tuple(places)
    return found


def replaced_between(majors: Mapping[int, Replaced], before: int, after: int) -> Replaced:
    """What the major versions above `before`, up to `after`, took, and what takes its place after the last of them."""
    found: Replaced = {}
    for number in range(before + 1, after + 1):
        newer = majors[number]
        found = {
            old: tuple(dict.fromkeys(last for name in places for last in newer.get(name, (name,))))
            for old, places in found.items()
        } | newer
    return found


def unannounced(before: Promised, after: Promised, replaced: Replaced, today: dt.date) -> list[Break]:
    """The breaks that neither a version beside the old one nor a major version lets through."""
    return [found for found in breaks(before.tables, after.tables, today) if not found.announced(replaced)]


def how_to_announce(before: Promised, after: Promised) -> str:
    """What to do where something must go at once, for the end of a message."""
    return (
        "What must go at once is named, with what takes its place, in"
        f" contracts/{max(after.major, before.major + 1)}.yml: a new major version of the contract (docs/upgrade.md)"
    )


def _in_vain(
    majors: Mapping[int, Replaced], before: Promised, after: Promised, today: dt.date
) -> Iterator[str]:
    """Entries of new major versions that take nothing, or whose replacement is not published."""
    found = breaks(before.tables, after.tables, today)
    taken = {name for one in found for name in (one.table, *(f"{one.table}.{c}" for c in one.columns))}
    published = {
        name
        for table, promised in after.tables.items()
        for name in (table, *(f"{table}.{column}" for column in promised["columns"]))
    }
    for old, places in replaced_between(majors, before.major, after.major).items():
        file = next(f"contracts/{number}.yml" for number in sorted(majors) if old in majors[number])
        if old not in taken:
            yield f"{file}: {old} is named, and no reader loses it. Remove the entry"
        for name in places:
            if name not in published:
                yield f"{file}: {name} is to take the place of {old}, and is not published. Name a table or table.column"


# --- written contracts -------------------------------------------------------------------------------------


def read(path: Path) -> Promised:
    """A contract that was written before; an empty one where there is none. Raises Damaged where it cannot be read."""
    if not path.is_file():
        return Promised(1, {})
    content = read_json(path, "Restore it, or go back to the version before: make rollback")
    # contract 1 was first written as its tables alone
    is_numbered = isinstance(content.get("major"), int)
    return Promised(content["major"], content["tables"]) if is_numbered else Promised(1, content)


def write(promised: Promised, path: Path) -> None:
    """One line per column, so that a change is one line of a review."""
    tables = json.dumps(promised.tables, indent=1, ensure_ascii=False)
    write_text(path, f'{{"major": {promised.major}, "tables": {tables}}}\n')


def declared(project: Path) -> Contract:
    """The contract that the models declare now: dbt parses them first."""
    target = "target/lint"
    words = ["--quiet", "parse", "--target", "lint", "--target-path", target]
    if ended(project, [tool("dbt"), *words]).returncode:
        raise NotKept("dbt cannot read the project; see above")
    manifest = json.loads((project / target / "manifest.json").read_text(encoding="utf-8"))
    return contract_of(manifest)


def hold_to_contract(project: Path, write_it: bool = False) -> str:
    """Hold the models against the committed contract, or commit to what they declare now; what there is to say of it.

    Raises NotKept where it is broken, unfinished, or changed and not committed.
    """
    known, committed = majors(project), read(project / COMMITTED)
    now, today = Promised(max(known), declared(project)), dt.date.today()
    if now.major < committed.major:
        raise NotKept(f"contracts/{committed.major}.yml is missing. Get it back from the project's history")
    replaced = replaced_between(known, committed.major, now.major)
    lost = unannounced(committed, now, replaced, today)
    problems = [*unfinished(now.tables), *map(str, lost), *_in_vain(known, committed, now, today)]
    if problems:
        raise NotKept("\n".join(problems + ([how_to_announce(committed, now)] if lost else [])))
    if write_it:
        write(now, project / COMMITTED)
        return f"wrote {COMMITTED}: {len(now.tables)} tables, contract {now.major} ({digest(now.tables)})"
    if now != committed:
        raise NotKept(f"{COMMITTED} does not say what the models do. Run: make contracts WRITE=yes")
    return f"{len(now.tables)} published tables hold contract {now.major} ({digest(now.tables)})"
