"""What failed in a run of dbt, said once more at its end: dbt names a failing test among thousands of lines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb

from customer360.core import reading
from customer360.core.dbt import RESULTS

_FAILED = ("fail", "error", "runtime error")
_TROUBLE = re.compile(r"\b([A-Z]\w*(?: [A-Z]\w*)* Error)\b")


def print_failures(project: Path, target: Path, data_set: str, database: Path) -> None:
    """Print each model and test that failed, with its file, its column and the SQL that dbt ran; nothing where none did.

    A test of several rules is asked again in the `database` of the build which of them are broken, and in how many rows.
    Messages of the database may quote a value of somebody's data: only their kind is repeated.
    """
    try:
        results = json.loads((target / RESULTS).read_text(encoding="utf-8"))["results"]
        manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError):
        return
    nodes = {**manifest["nodes"], **manifest["unit_tests"], **manifest.get("functions", {})}
    failed = [result for result in results if result["status"] in _FAILED]
    if not failed:
        return
    print(f"\n== failed 失败 ({len(failed)})")
    for result in failed:
        print("\n   ".join(_lines(project, result, nodes, database)))
    if skipped := sum(result["status"] == "skipped" for result in results):
        print(f"and {skipped} models and tests that build on them did not run")
    print(
        f"To look into the build: customer360 query --data {data_set} --build latest 'from (<SQL of the file>)'"
    )


def _lines(
    project: Path, result: Mapping[str, Any], nodes: Mapping[str, Any], database: Path
) -> Iterator[str]:
    """What failed; which rules it broke; where it is written; what dbt ran."""
    node = nodes.get(result["unique_id"], {})
    kind = str(node.get("resource_type", "step")).replace("_", " ")
    told = f"{kind} {node.get('name', result['unique_id'])}"
    compiled = project / (node.get("compiled_path") or "")
    if result["status"] == "fail" and kind == "test":
        broken = _broken_rules(compiled, database)
        yield (
            f"{told}: {len(broken)} rules broken"
            if broken
            else f"{told}: {result['failures']} rows that must not be there"
        )
        yield from broken
    elif result["status"] == "fail":
        yield f"{told}: the answer is not the expected one (compare both above)"
    else:
        found = _TROUBLE.findall(result.get("message") or "")
        yield f"{told}: {found[-1] if found else 'error'} (see above)"
    tested = nodes.get(node.get("attached_node") or "", {"resource_type": "model", "name": node.get("model")})
    place = [node.get("original_file_path")]
    place += [f"{tested['resource_type']} {tested['name']}"] if tested["name"] else []
    place += [f"column {node['column_name']}"] if node.get("column_name") else []
    yield ", ".join(part for part in place if part) or "the hooks in dbt_project.yml"
    if compiled.is_file():
        yield f"SQL: {compiled.relative_to(project)}"


def _broken_rules(compiled: Path, database: Path) -> list[str]:
    """The rules that a test finds broken and in how many rows; none where it answers no rules or cannot be asked."""
    try:
        with reading.connect(database) as connection:
            found = connection.sql(f"select rule, row_count from ({compiled.read_text(encoding='utf-8')})")
            return [f"{rows} rows: {rule}" for rule, rows in found.fetchall()]
    except (OSError, duckdb.Error):
        return []
