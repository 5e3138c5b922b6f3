"""What the tests of cases share: the files of a case, and a company of mapped systems staged without the rest of a build."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb

from conftest import PROJECT, copy_project, offer_inputs, run_dbt, run_verb
from customer360.onboarding.systems import write_systems

CASES = PROJECT / "tests" / "cases"
NAME = "cases"
DATA_SET = """
name: cases
label_zh: 案例
label_en: Cases
currency: {currency}
time_zone: UTC
country: US
policy: default
personal_data: none
systems: [{systems}]
"""


def case_file(case: str, name: str) -> bytes:
    """A file that somebody had, in UTF-8: dbt reads all that lies there."""
    return (CASES / case / name).read_bytes()


def make_company(root: Path, sources: Mapping[str, str], currency: str) -> Path:
    """A copy of the project with a data set of these mapped systems: system → its tables, as YAML under `tables:`."""
    project = copy_project(root / "project")
    for system, tables in sources.items():
        folder = project / "models" / "staging" / system
        folder.mkdir()
        (folder / f"_{system}__sources.yml").write_text(
            f"version: 2\nsources:\n  - name: {system}\n    description: {system}.\n    tables:\n{tables}",
            encoding="utf-8",
        )
    (project / "datasets" / f"{NAME}.yml").write_text(
        DATA_SET.format(currency=currency, systems=", ".join(sources)), encoding="utf-8"
    )
    (project / "inbox" / NAME).mkdir(parents=True)
    write_systems(project)
    return project


def deliver(project: Path, files: Mapping[str, bytes]) -> None:
    """Put files into the inbox, by their paths there, and land them."""
    for name, content in files.items():
        path = project / "inbox" / NAME / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    done = run_verb(project, "land", "--data", NAME)
    assert done.returncode == 0, done.stdout + done.stderr


def stage(project: Path, systems: Mapping[str, str]) -> duckdb.DuckDBPyConnection:
    """Build the staging models of these systems; what they hold."""
    offer_inputs(project, NAME)
    done = run_dbt(
        project,
        NAME,
        "build",
        "--select",
        *(f"+path:models/staging/{system}" for system in systems),
        "--exclude-resource-type",
        "test",
        "unit_test",
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    return duckdb.connect(str(project / "customer360.duckdb"), read_only=True)
