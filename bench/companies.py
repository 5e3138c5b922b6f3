"""Demo companies in copies of the project, built model by model, for benches and tests to work on."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from customer360.core.data_sets import load_data_set
from customer360.core.dbt import dbt_command, dbt_environment
from customer360.core.sources import STATE, TRUTH, load_sources, load_tables
from customer360.core.steps import own_command
from customer360.core.warehouse import Warehouse
from customer360.landing.writer import write_declared
from customer360.pipeline.build import offer_truth


def set_demo(root: Path, seed: int, customers: int = 200) -> None:
    """Let the demo of a copied project be of so many customers and of this seed."""
    file = root / "datasets" / "demo.yml"
    text = re.sub(r"--customers \d+", f"--customers {customers}", file.read_text(encoding="utf-8"))
    file.write_text(re.sub(r"--seed \d+", f"--seed {seed}", text), encoding="utf-8")


def set_small_demo(root: Path, seed: int) -> None:
    """Let the demo of a copied project have 200 customers, whose files may be older than those of a real company: so few
    people do not buy at a till every other day."""
    set_demo(root, seed)
    ages = root / "seeds" / "policy" / "source_frequencies.csv"
    ages.write_text(re.sub(r",\d+,", ",90,", ages.read_text(encoding="utf-8")), encoding="utf-8")


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


def offer_inputs(root: Path, data_set: str) -> None:
    """What dbt reads besides landed files, as a first build finds it: the truth where there is one, and an empty state."""
    offer_truth(root / "truth" / data_set, load_tables(root, TRUTH))
    for table in load_tables(root, STATE):
        write_declared(root / "warehouse" / data_set / "state" / table.entity, table)


def build_demo(root: Path, *words: str) -> None:
    """Generate, land and build the demo company of a copied project, without tests, in its customer360.duckdb. `words` go
    to dbt. Raises RuntimeError with the last lines of the step that failed."""
    prepare = load_data_set(root, "demo", load_sources(root)).prepare.split()
    _require(run(root, sys.executable, *prepare))
    _require(run_verb(root, "land", "--data", "demo"))
    offer_inputs(root, "demo")
    _require(run_dbt(root, "demo", "build", "--exclude-resource-type", "test", "unit_test", *words))


def _require(done: subprocess.CompletedProcess[str]) -> None:
    if done.returncode:
        raise RuntimeError((done.stdout + done.stderr)[-3000:])
