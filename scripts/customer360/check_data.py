"""What a data set lacks, and which marts will be empty or limited for it.

The files are landed and the staging models of the data set's own systems are built in a file of their own, which
is removed again. What an input entity offers is what these models hold; which mart reads what comes from dbt's
manifest. A mart is empty if every input it reads is absent, and limited if one is, or if a column reaches it that
nobody fills: one that is named in every model from the input to the mart. A column that only enters a
calculation on the way, or changes its name, is not seen.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from customer360.build import PROJECT, check_policy, dbt_command
from customer360.data_sets import DataSet, load_data_set
from customer360.mapping import (
    NOT_MAPPED,
    Contract,
    check_mapping,
    load_contracts,
    open_points,
    out_of_step,
    targets_of,
)
from customer360.sources import DeclarationError, Table, load_sources
from customer360.tags import check_tags

REQUIRED = ("customers", "orders", "order_items")
"""Entities without which there is nothing to show (SPEC 1)."""

LATER = ("corrections", "identity_decisions")
"""What stewards write about what the warehouse made of the data: no lack, where there is none yet."""

Filled = Mapping[str, Mapping[str, Mapping[str, int]]]
"""Input entity → system → column → rows in which it is filled; the key `*` counts the rows."""


class CannotCheck(Exception):
    """Landing or dbt stopped; the message says where."""


@dataclass
class Mart:
    """A mart, or the quality measures of a layer, and what it will lack."""

    name: str
    inputs: set[str]
    absent: set[str] = field(default_factory=set)
    unfilled: set[str] = field(default_factory=set)

    @property
    def status(self) -> str:
        """complete, limited or empty."""
        if self.inputs and self.inputs == self.absent:
            return "empty"
        return "limited" if self.absent or self.unfilled else "complete"


def marts(manifest: Mapping[str, Any], contracts: Mapping[str, Contract], filled: Filled) -> list[Mart]:
    """Every mart and measures model of the manifest, held against what is filled."""
    nodes = {key: n for key, n in manifest["nodes"].items() if n["resource_type"] == "model"}
    above: dict[str, set[str]] = {}

    def ancestors(key: str) -> set[str]:
        if key not in above:
            parents = [p for p in nodes[key]["depends_on"]["nodes"] if p in nodes]
            above[key] = set(parents).union(*map(ancestors, parents))
        return above[key]

    def arriving(key: str, read: str, columns: set[str]) -> set[str]:
        if key == read:
            return columns
        if read not in ancestors(key):
            return set()
        parents = (p for p in nodes[key]["depends_on"]["nodes"] if p in nodes)
        code = re.sub(r"--.*", "", nodes[key]["raw_code"])
        named = columns & set(re.findall(r"[a-z_0-9]+", code))
        return set().union(*(arriving(parent, read, named) for parent in parents)) if named else set()

    result = []
    for key, node in sorted(nodes.items()):
        if not node["original_file_path"].startswith(("models/marts/", "models/quality/measures_")):
            continue
        way = ancestors(key) | {key}
        inputs = {k for k in way if nodes[k]["name"].startswith("input__")}
        inputs = {k for k in inputs if nodes[k]["name"].removeprefix("input__") not in LATER}
        mart = Mart(node["name"], {nodes[k]["name"].removeprefix("input__") for k in inputs})
        unfilled: set[tuple[str, str]] = set()
        shown: set[str] = set()
        for read in inputs:
            entity = nodes[read]["name"].removeprefix("input__")
            rows = filled.get(entity, {})
            if not any(columns["*"] for columns in rows.values()):
                mart.absent.add(entity)
                continue
            empty = set(_unfilled(contracts[entity], rows))
            unfilled |= {(entity, column) for column in arriving(key, read, empty)}
            shown |= arriving(key, read, set(contracts[entity].types) - empty)
        # what one input leaves empty may come from another under the same name
        mart.unfilled = {f"{entity}.{column}" for entity, column in unfilled if column not in shown}
        result.append(mart)
    return result


def _unfilled(contract: Contract, rows: Mapping[str, Mapping[str, int]]) -> list[str]:
    """Columns of an entity that no system fills; what only says why another one is empty does not count."""
    return [
        column
        for column in contract.types
        if not re.search(r"_reasons?$|_partial$|^name_(note|honorific)$", column)
        and not any(columns.get(column) for columns in rows.values())
    ]


def offered_models(manifest: Mapping[str, Any], systems: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
    """Input entity → (system, staging model) of these systems that feed it."""
    nodes = manifest["nodes"]
    offered: dict[str, list[tuple[str, str]]] = {}
    for node in nodes.values():
        if node["resource_type"] == "model" and node["name"].startswith("input__"):
            for parent in map(nodes.get, node["depends_on"]["nodes"]):
                if parent and parent["fqn"][1:2] == ["staging"] and parent["fqn"][2] in systems:
                    entity = node["name"].removeprefix("input__")
                    offered.setdefault(entity, []).append((parent["fqn"][2], parent["name"]))
    return offered


def count_filled(
    connection: duckdb.DuckDBPyConnection,
    offered: Mapping[str, Sequence[tuple[str, str]]],
    contracts: Mapping[str, Contract],
) -> dict[str, dict[str, dict[str, int]]]:
    """How many rows of each staging model fill which columns of the contract."""
    filled: dict[str, dict[str, dict[str, int]]] = {}
    for entity, models in offered.items():
        for system, model in models:
            have = {c for c, *_ in connection.execute(f"describe staging.{model}").fetchall()}
            columns = ["*", *(c for c in contracts[entity].types if c in have)]
            counts = connection.execute(
                f"select {', '.join(f'count({c})' for c in columns)} from staging.{model}"
            ).fetchone()
            total = filled.setdefault(entity, {}).setdefault(system, {})
            for column, count in zip(columns, counts, strict=True):
                total[column] = total.get(column, 0) + count
    return filled


def count_rejected(
    connection: duckdb.DuckDBPyConnection, own: Sequence[tuple[str, str]], errors: set[str]
) -> list[tuple[int, str, str]]:
    """Rows, entity and reason of what would be quarantined as an error."""
    rejected = []
    for system, entity in own:
        rows = connection.execute(
            f"select broken_rules[1], count(*) from staging.base_{system}__{entity} "
            "where len(broken_rules) > 0 group by all order by all"
        ).fetchall()
        rejected += [(count, f"{system}.{entity}", code) for code, count in rows if code in errors]
    return rejected


def unmapped(tables: Sequence[Table], report: Mapping[str, Any]) -> list[str]:
    """Landed columns that no input column is made of: mapped to none, or not even declared."""
    names = [
        f"{table.system}.{table.entity}.{column.name}"
        for table in tables
        if table.rows
        for column in table.columns
        if not set(column.maps_to) - {NOT_MAPPED}
    ]
    for table in report["tables"]:
        extra = {
            remark["column"]
            for load in table["loads"]
            for remark in load["remarks"]
            if remark["code"] == "extra_column"
        }
        names += [f"{table['system']}.{table['entity']}.{column}" for column in sorted(extra)]
    return names


def _dbt(data_set: DataSet, *words: str, database: Path) -> dict[str, Any]:
    """Run dbt quietly and read its manifest; CannotCheck with its own words where it fails."""
    done = subprocess.run(
        dbt_command(data_set, *words),
        cwd=PROJECT,
        env={**os.environ, "CUSTOMER360_DATABASE": str(database)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CannotCheck("dbt stopped:\n" + "\n".join(done.stdout.splitlines()[-25:]))
    return json.loads((PROJECT / "target" / data_set.name / "manifest.json").read_text(encoding="utf-8"))


def check(data_set: DataSet, tables: Mapping[tuple[str, str], Table]) -> tuple[list[str], bool]:
    """Land, stage and compare; lines to show, and whether nothing has to be mended."""
    contracts = load_contracts(PROJECT)
    own = [tables[key] for key in data_set.offers]
    for table in own:
        check_mapping(table, contracts)
    points = [
        point
        for table in own
        if table.rows
        for point in open_points(
            table,
            contracts,
            {e for t in own if t.system == table.system and t is not table for e in targets_of(t)},
        )
    ]
    points += [
        f"{path}: run make new-data NAME={data_set.name}" for path in out_of_step(PROJECT, tables.values())
    ]
    landed = subprocess.run(
        [sys.executable, "scripts/land.py", "--data", data_set.name],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    if landed.returncode == 2:
        raise CannotCheck(landed.stderr.strip())
    report = json.loads(
        (PROJECT / "landing" / data_set.name / "load_report.json").read_text(encoding="utf-8")
    )
    aside = [file for file in report["files"] if file["status"] == "set_aside"]
    lines = [f"{data_set.name}: {len(report['files'])} files 文件, {len(aside)} set aside 搁置"]
    lines += [f"  {file['path']} [{file['reason']['code']}]" for file in aside]
    for file in report["files"]:
        if file["status"] == "older":
            lines.append(f"  older 较旧: {file['path']}; {file['reason']['message_en']}")
    names = unmapped(own, report)
    if names:
        lines += ["landed columns that map to nothing 未映射的列:", f"  {', '.join(names)}"]
    if points:
        return [*lines, f"still open 待定 ({len(points)}):", *(f"  {point}" for point in points)], False
    more, complete = _staged(data_set, contracts)
    return lines + more, complete and not aside


def _staged(data_set: DataSet, contracts: Mapping[str, Contract]) -> tuple[list[str], bool]:
    systems = list(dict.fromkeys(system for system, _ in data_set.offers))
    folder = PROJECT / "warehouse" / data_set.name
    folder.mkdir(parents=True, exist_ok=True)
    # personal values: the file goes when the check is over
    with tempfile.TemporaryDirectory(dir=folder, prefix=".check-") as scratch:
        database = Path(scratch) / "customer360.duckdb"
        selected = [f"+path:models/staging/{system}" for system in systems]
        manifest = _dbt(
            data_set,
            "build",
            "--select",
            *selected,
            "quarantine_reasons",
            "--exclude-resource-type",
            "test",
            "unit_test",
            database=database,
        )
        with duckdb.connect(str(database), read_only=True) as connection:
            filled = count_filled(connection, offered_models(manifest, systems), contracts)
            errors = {
                code
                for (code,) in connection.execute(
                    "select reason_code from policy.quarantine_reasons where counts_as_error"
                ).fetchall()
            }
            rejected = count_rejected(connection, list(data_set.offers), errors)
    return describe(marts(manifest, contracts, filled), contracts, filled, rejected)


def describe(
    found: Sequence[Mart],
    contracts: Mapping[str, Contract],
    filled: Filled,
    rejected: Sequence[tuple[int, str, str]] = (),
) -> tuple[list[str], bool]:
    """The findings as lines, and whether every required entity has rows."""
    present = {e: rows for e, rows in filled.items() if any(columns["*"] for columns in rows.values())}
    lines = ["input entities 输入实体:"]
    for entity in sorted(present):
        rows = present[entity]
        counts = ", ".join(f"{system} {columns['*']:,}" for system, columns in sorted(rows.items()))
        lines.append(f"  {entity}: {counts}")
        if empty := _unfilled(contracts[entity], rows):
            lines.append(f"    never filled 从未填写: {', '.join(empty)}")
    lines.append(f"  absent 缺少: {', '.join(sorted(contracts.keys() - present.keys())) or '-'}")
    if rejected:
        lines.append("rows with errors 有错误的行:")
        lines += [f"  {entity}: {count:,} {code}" for count, entity, code in rejected]
    lines.append("marts and measures 数据集市与度量:")
    for status, label in (("empty", "为空"), ("limited", "受限"), ("complete", "完整")):
        for mart in (mart for mart in found if mart.status == status):
            lines.append(f"  {status} {label}: {mart.name}")
            if mart.absent:
                lines.append(f"    absent 缺少: {', '.join(sorted(mart.absent))}")
            if mart.unfilled:
                lines.append(f"    never filled 从未填写: {', '.join(sorted(mart.unfilled))}")
    missing = [entity for entity in REQUIRED if entity not in present]
    if missing:
        lines.append(f"required, and without rows 必需但没有数据: {', '.join(missing)}")
    return lines, not missing


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; 0: can be built, 1: something has to be mended first, 2: could not be checked."""
    parser = argparse.ArgumentParser(
        prog="check_data.py",
        description="What a data set lacks, and which marts will be empty or limited for it.",
        epilog="Exit codes: 0 can be built (limited and empty marts are no error); 1 something has to be mended:"
        " an open mapping, a file set aside, or no customers, orders or order lines; 2 could not be checked.",
    )
    parser.add_argument("--name", required=True, help="data set: datasets/NAME.yml")
    given = parser.parse_args(arguments)
    try:
        tables = load_sources(PROJECT)
        data_set = load_data_set(PROJECT, given.name, tables)
        check_policy(PROJECT, data_set)
        check_tags(PROJECT, data_set.policy)
        lines, complete = check(data_set, tables)
    except (CannotCheck, DeclarationError) as error:
        print(f"check_data.py: {error}", file=sys.stderr)
        return 2
    print("\n".join(lines))
    print("can be built 可以构建" if complete else "to be mended before a build 构建前需处理")
    return 0 if complete else 1
