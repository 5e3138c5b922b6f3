"""dbt as the project runs it: the variables, the command line and the environment of one data set."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from customer360.core import steps
from customer360.core.data_sets import AREAS, DataSet
from customer360.core.errors import BuildStopped
from customer360.core.faults import fault_in_dbt
from customer360.core.policy import lay_out, policy_folder
from customer360.core.sources import load_sources
from customer360.core.warehouse import Warehouse

# an option of dbt as a variable: whoever has set it has said what to leave out
LEFT_OUT = "DBT_EXCLUDE_RESOURCE_TYPES"
RESULTS = "run_results.json"
PARSED = "partial_parse.msgpack"


def dbt_vars(data_set: DataSet) -> dict[str, str]:
    """What dbt needs to know of a data set: the keys of vars.yml, but for `measures`, the same for all."""
    return {
        "data_set": data_set.name,
        "policy_folder": policy_folder(data_set.project, data_set.policy, data_set.name),
        "currency": data_set.currency,
        "time_zone": data_set.time_zone,
        "country": data_set.country,
        "personal_data": "yes" if data_set.personal_data else "none",
        "as_of_date": data_set.as_of_date.isoformat() if data_set.as_of_date else "",
        "not_personal": ",".join(data_set.not_personal),
        "without_files": "no",
        "systems": ",".join(data_set.systems),
    }


def systems_of_others(data_set: DataSet) -> list[str]:
    """Systems that the project declares and the data set does not have: a build of it holds no staging of theirs."""
    return sorted({system for system, _ in load_sources(data_set.project)} - {*data_set.systems})


def selection(data_set: DataSet, of_everybody: bool = False) -> list[str]:
    """What a build of the data set selects: all but the staging of other data sets' systems (`of_everybody`: that as well),
    and the areas that it does not leave out with all that they read. Tests that read a model of what is left out do not
    run."""
    others = [] if of_everybody else systems_of_others(data_set)
    excluded = ["--exclude", *(f"path:models/staging/{system}" for system in others)] if others else []
    if not data_set.leave_out:
        return excluded
    kept = [f"+tag:{area}" for area in AREAS if area not in data_set.leave_out]
    return ["--select", *kept, "resource_type:seed", *excluded, "--indirect-selection", "buildable"]


def dbt_command(data_set: DataSet, *words: str, variables: Mapping[str, Any] | None = None) -> list[str]:
    """The dbt command line for one data set, run from the project folder. Lays out its policy.

    All tests of selected models run unless the words say otherwise. What differs between runs is passed by
    dbt_environment, because dbt parses the whole project again when a variable changes.
    """
    lay_out(data_set.project, data_set.policy, data_set.name)
    is_partial = "--select" in words and "--indirect-selection" not in words
    whole = ["--indirect-selection", "eager"] if is_partial else []
    return [
        steps.tool("dbt"),
        *words,
        *whole,
        "--vars",
        json.dumps(dbt_vars(data_set) | dict(variables or {})),
        "--target-path",
        f"target/{data_set.name}",
        "--log-path",
        f"logs/{data_set.name}",
    ]


def dbt_environment(project: Path, database: Path, build_id: str, state: Path) -> dict[str, str]:
    """What dbt is told of one run in the project folder: the database file, the name of the build, and the state that
    it reads."""
    return {
        "CUSTOMER360_DATABASE": os.path.relpath(database, project),
        "CUSTOMER360_BUILD_ID": build_id,
        "CUSTOMER360_STATE": os.path.relpath(state, project),
    }


def run_dbt(
    step: str,
    data_set: DataSet,
    warehouse: Warehouse,
    words: Sequence[str],
    folder: Path,
    build_id: str,
    environment: Mapping[str, str],
) -> int:
    """Run dbt on the database of a folder; its exit code. Raises BuildStopped where the machine is at fault and no model
    or test."""
    target = data_set.project / "target" / data_set.name
    (target / RESULTS).unlink(missing_ok=True)
    told = dbt_environment(data_set.project, warehouse.work_in(folder), build_id, folder / "state")
    failed = steps.run(data_set.project, step, dbt_command(data_set, *words), {**told, **environment})
    if failed and (found := fault_in_dbt(target, folder)):
        raise BuildStopped(f"{found}. Nothing was published")
    return failed
