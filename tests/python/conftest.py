"""What the tests share: the project's folders, the latest build of a data set, and copies of the project to break."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench.measuring import copy_project
from customer360.core.data_sets import load_data_set
from customer360.core.dbt import dbt_command, dbt_environment
from customer360.core.sources import STATE, TRUTH, load_sources, load_tables
from customer360.core.steps import own_command
from customer360.core.warehouse import Warehouse
from customer360.landing.writer import write_declared
from customer360.pipeline.build import offer_truth

PROJECT = Path(__file__).resolve().parents[2]


def latest_build(data_set: str) -> Path:
    """The newest build file of a data set; the test fails with the remedy where there is none."""
    built = Warehouse(PROJECT / "warehouse" / data_set).latest_build()
    return built or pytest.fail(f"no build of {data_set}; run: make build DATA={data_set}")


def manifest(data_set: str) -> dict[str, Any]:
    """dbt's manifest of the latest build of a data set."""
    return json.loads((PROJECT / "target" / data_set / "manifest.json").read_text(encoding="utf-8"))


def set_demo(root: Path, seed: int, customers: int = 200) -> None:
    """Let the demo of a copied project be of so many customers and of this seed."""
    file = root / "datasets" / "demo.yml"
    text = re.sub(r"--customers \d+", f"--customers {customers}", file.read_text(encoding="utf-8"))
    file.write_text(re.sub(r"--seed \d+", f"--seed {seed}", text), encoding="utf-8")


def run(project: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a copy of the project."""
    return subprocess.run(
        command,
        cwd=project,
        env={
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )


def run_verb(project: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run `customer360 <verb>` in a copy of the project."""
    return run(project, *own_command(*words))


def run_dbt(
    project: Path, data_set: str, *words: str, state: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run dbt in a copy of the project for one data set; its file is customer360.duckdb in the copy's folder."""
    declared = load_data_set(project, data_set, load_sources(project))
    warehouse = Warehouse(project / "warehouse" / data_set)
    warehouse.folder.mkdir(parents=True, exist_ok=True)
    (warehouse.folder / "work").unlink(missing_ok=True)
    (warehouse.folder / "work").symlink_to(project)
    database = warehouse.work_in(warehouse.folder / "work")
    environment = dbt_environment(project, database, "by hand", state or warehouse.folder / "state")
    return run(project, *dbt_command(declared, *words), **environment)


@pytest.fixture(scope="session")
def five_companies(tmp_path_factory) -> list[Path]:
    """Folders of five demo companies of 2,000 customers (seeds 7 to 11), each with all models built, none tested, in
    customer360.duckdb, and its truth in truth/demo. About two minutes each."""
    return [demo_company(tmp_path_factory.mktemp("company") / str(seed), seed) for seed in range(7, 12)]


def demo_company(root: Path, seed: int) -> Path:
    """A copy of the project in which the demo company of a seed is generated, landed and built, without tests."""
    copy_project(root)
    set_demo(root, seed, customers=2000)
    prepare = load_data_set(root, "demo", load_sources(root)).prepare.split()
    done = run(root, sys.executable, *prepare)
    assert done.returncode == 0, done.stderr[-3000:]
    done = run_verb(root, "land", "--data", "demo")
    assert done.returncode == 0, done.stderr[-3000:]
    offer_truth(root / "truth" / "demo", load_tables(root, TRUTH))
    for table in load_tables(root, STATE):
        write_declared(root / "warehouse" / "demo" / "state" / table.entity, table)
    done = run_dbt(root, "demo", "build", "--exclude-resource-type", "test", "unit_test")
    assert done.returncode == 0, done.stdout[-3000:]
    for folder in ("inbox", "landing", "target"):
        shutil.rmtree(root / folder)
    return root
