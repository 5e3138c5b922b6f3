"""What a data set lacks, which of its rows a build would quarantine, and which marts will be empty or limited for it.

The files are landed and the staging models of the data set's own systems are built in a file of their own, with the
part of the scorecard that they decide; the file is removed again. What an input entity offers is what these models
hold; which mart reads what comes from dbt's manifest. A mart is empty if every input it reads is absent, and limited if
one is, or if a column reaches it that nobody fills: one that is named in every model from the input to the mart. A
column that only enters a calculation on the way, or changes its name, is not seen.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from customer360.core.data_sets import DataSet, check_policy, load_data_set
from customer360.core.dbt import PARSED, dbt_command, dbt_environment
from customer360.core.errors import Stopped
from customer360.core.sources import CODES, Table, load_sources
from customer360.core.steps import ended, own_command
from customer360.core.warehouse import Warehouse
from customer360.onboarding.customer_keys import personal_keys
from customer360.onboarding.forecast import (
    Filled,
    Measured,
    foreseen,
    measured,
    told,
    unknown_words,
    with_headings,
)
from customer360.onboarding.mapping import (
    NOT_MAPPED,
    Contract,
    check_mapping,
    load_contracts,
    open_points,
    targets_of,
)
from customer360.onboarding.own_sql import own_sql_lines
from customer360.onboarding.systems import check_document_keys, out_of_step
from customer360.onboarding.tags import check_tags
from customer360.privacy.hashing_key import require_key
from customer360.privacy.state import read_state

REQUIRED = ("customers", "orders", "order_items")
"""Entities without which there is nothing to show (SPEC 1)."""

_COUNTED = ("customers", "orders", "order_items", "interactions")
"""Entities whose rows are counted by whether their customer is known."""

LATER = ("corrections", "identity_decisions")
"""What stewards write about what the warehouse made of the data: no lack, where there is none yet."""


class CannotCheck(Stopped):
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
    # models that only say more of why (config.meta.evidence): who reads them goes on without what they read
    evidence = {key for key, n in nodes.items() if n.get("config", {}).get("meta", {}).get("evidence")}
    above: dict[str, set[str]] = {}

    def ancestors(key: str) -> set[str]:
        if key not in above:
            parents = [p for p in nodes[key]["depends_on"]["nodes"] if p in nodes and p not in evidence]
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


def unmapped(tables: Sequence[Table], report: Mapping[str, Any]) -> list[str]:
    """Landed columns that no input column is made of: mapped to none, or not even declared."""
    names = [
        f"{table.system}.{table.entity}.{column.name}"
        for table in tables
        if table.rows and table.rows != CODES
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


def in_no_file(tables: Sequence[Table], report: Mapping[str, Any], inbox: str) -> list[str]:
    """Columns that a mapping names and no landed file of their entity has, each with the line of its declaration."""
    loads = {(table["system"], table["entity"]): table["loads"] for table in report["tables"]}
    lines = []
    for table in tables:
        absent = [
            {remark["column"] for remark in load["remarks"] if remark["code"] == "absent_column"}
            for load in loads.get(table.key, ())
        ]
        for column in table.columns:
            is_read = column.maps_to or column.name in table.asked or table.rows == CODES
            if is_read and absent and all(column.name in columns for columns in absent):
                error = column.place.wrong(
                    "headers",
                    f"no file of {inbox}/{table.system}/{table.entity} has this column 文件中没有这一列",
                    "Write its heading under headers as the files have it, or remove the column",
                    at=f"{table.system}.{table.entity}.{column.name}",
                )
                lines.append(str(error))
    return lines


def _dbt(data_set: DataSet, warehouse: Warehouse, folder: Path) -> dict[str, Any]:
    """Stage the data set in `folder`, quietly, up to the part of the scorecard that staging decides, and read dbt's
    manifest; CannotCheck with dbt's own words where it fails."""
    of_builds = data_set.project / "target" / data_set.name
    target = of_builds / "check"
    command = dbt_command(
        data_set,
        "build",
        "--select",
        *(f"+path:models/staging/{system}" for system in data_set.systems),
        "+scorecard_landing",
        "+unknown_status_words",
        *(f"+input__{entity}" for entity in _COUNTED),
        "+int_orders__currencies",
        "core_fields",
        "family_weights",
        "--exclude-resource-type",
        "test",
        "unit_test",
    )
    told = dbt_environment(data_set.project, warehouse.work_in(folder), "check", folder / "state")
    _take_newer(of_builds / PARSED, target / PARSED)
    done = ended(data_set.project, [*command, "--target-path", str(target)], told, is_quiet=True)
    _take_newer(target / PARSED, of_builds / PARSED)
    if done.returncode:
        raise CannotCheck("dbt stopped:\n" + "\n".join(done.stdout.splitlines()[-25:]))
    return json.loads((target / "manifest.json").read_text(encoding="utf-8"))


def _take_newer(one: Path, other: Path) -> None:
    """What dbt has parsed for a check a build need not parse, and the other way round."""
    if one.is_file() and not (other.is_file() and other.stat().st_mtime >= one.stat().st_mtime):
        other.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(one, other)


def check(data_set: DataSet, tables: Mapping[tuple[str, str], Table]) -> tuple[list[str], bool]:
    """Land, stage and compare; lines to show, and whether nothing has to be mended before a build.

    Raises CannotCheck, and Busy while a build or another check goes on.
    """
    check_policy(data_set.project, data_set)
    check_tags(data_set.project, data_set.policy)
    contracts = load_contracts(data_set.project)
    own = [tables[key] for key in data_set.offers]
    for table in own:
        check_mapping(table, contracts)
    check_document_keys(data_set)
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
    points += [f"{path}: run make systems" for path in out_of_step(data_set.project)]
    landed = ended(data_set.project, own_command("land", "--data", data_set.name), is_quiet=True)
    if landed.returncode == 2:
        raise CannotCheck(landed.stderr.strip())
    report = json.loads(
        (data_set.project / "landing" / data_set.name / "load_report.json").read_text(encoding="utf-8")
    )
    aside = [file for file in report["files"] if file["status"] == "set_aside"]
    lines = [f"{data_set.name}: {len(report['files'])} files 文件, {len(aside)} set aside 搁置"]
    for file in aside:
        why = file["reason"]
        lines.append(
            f"  {file['path']} [{why['code']}]: {why['message_en']}. {why.get('remedy_en', '')} {why['message_zh']}"
        )
    for file in report["files"]:
        if file["status"] == "older":
            lines.append(f"  older 较旧: {file['path']}; {file['reason']['message_en']}")
    names = unmapped(own, report)
    if names:
        lines += ["landed columns that map to nothing 未映射的列:", f"  {', '.join(names)}"]
    absent = in_no_file(own, report, f"inbox/{data_set.name}")
    if absent:
        lines += ["mapped columns that no file has 文件中没有的映射列:", *(f"  {line}" for line in absent)]
    if points:
        return [*lines, f"still open 待定 ({len(points)}):", *(f"  {point}" for point in points)], False
    more, complete = _staged(data_set, contracts, own, report)
    return lines + more, complete and not aside


def _staged(
    data_set: DataSet, contracts: Mapping[str, Contract], tables: Sequence[Table], report: Mapping[str, Any]
) -> tuple[list[str], bool]:
    require_key(data_set)
    warehouse = Warehouse(data_set.project / "warehouse" / data_set.name)
    # personal values: the folder goes when the check is over
    with warehouse.lock(), warehouse.workshop("check", f"check of {data_set.name}") as folder:
        read_state(data_set, warehouse, folder / "state")
        manifest = _dbt(data_set, warehouse, folder)
        with duckdb.connect(str(folder / "customer360.duckdb"), read_only=True) as connection:
            filled = count_filled(connection, offered_models(manifest, data_set.systems), contracts)
            found = with_headings(measured(connection), tables, contracts, report)
            found += foreseen(connection, filled, data_set.project)
            words = unknown_words(connection)
            connection.execute("set file_search_path = ?", [str(data_set.project)])
            edited = own_sql_lines(connection)
            keys = personal_keys(connection, tables, contracts)
    lines, complete = describe(
        marts(manifest, contracts, filled), contracts, filled, found, f"inbox/{data_set.name}"
    )
    return [*words, *edited, *lines, *keys], complete and not keys


def describe(
    found: Sequence[Mart],
    contracts: Mapping[str, Contract],
    filled: Filled,
    measures: Sequence[Measured] = (),
    inbox: str = "inbox",
) -> tuple[list[str], bool]:
    """The findings as lines, and whether a build would get past its gates as far as staging decides them: every required
    entity has rows, and no foretold measure fails. `inbox` is the folder that the files' names begin from."""
    present = {e: rows for e, rows in filled.items() if any(columns["*"] for columns in rows.values())}
    lines = ["input entities 输入实体:"]
    for entity in sorted(present):
        rows = present[entity]
        counts = ", ".join(f"{system} {columns['*']:,}" for system, columns in sorted(rows.items()))
        lines.append(f"  {entity}: {counts}")
        if empty := _unfilled(contracts[entity], rows):
            lines.append(f"    never filled 从未填写: {', '.join(empty)}")
    lines.append(f"  absent 缺少: {', '.join(sorted(contracts.keys() - present.keys())) or '-'}")
    failing = [measure for measure in measures if measure.status in ("fail", "no_threshold")]
    tolerable = [measure for measure in measures if measure not in failing]
    if tolerable:
        lines.append("what the scorecard will say 记分卡预告:")
        lines += [line for measure in tolerable for line in told(measure, inbox)]
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
    if failing:
        lines.append("a build would fail here and publish nothing 构建会在此失败，不会发布:")
        lines += [line for measure in failing for line in told(measure, inbox)]
    return lines, not missing and not failing


def check_data_set(project: Path, name: str) -> bool:
    """Check a data set and print what was found; whether it can be built. Raises as `check`, and DeclarationError."""
    tables = load_sources(project)
    lines, complete = check(load_data_set(project, name, tables), tables)
    print("\n".join(lines))
    print("can be built 可以构建" if complete else "to be mended before a build 构建前需处理")
    return complete
