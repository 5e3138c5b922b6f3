"""dbt's documentation and lineage of a built data set, as one page."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from customer360.core.data_sets import DataSet
from customer360.core.dbt import dbt_command, dbt_environment
from customer360.core.errors import BuildStopped
from customer360.core.warehouse import Warehouse


def write_docs(data_set: DataSet, warehouse: Warehouse) -> Path:
    """Write the page of the latest build; its path in the project. Raises BuildStopped where there is no build or dbt
    fails."""
    built = warehouse.latest_build()
    if built is None:
        raise BuildStopped(f"nothing is built yet. Run: make build DATA={data_set.name}")
    place = dbt_environment(
        data_set.project, warehouse.work_in(built.parent), built.parent.name, built.parent / "state"
    )
    command = dbt_command(data_set, "docs", "generate", "--static", "--no-compile")
    if subprocess.run(command, cwd=data_set.project, env=os.environ | place, check=False).returncode:
        raise BuildStopped("dbt could not write the page; see above")
    return Path("target") / data_set.name / "static_index.html"
