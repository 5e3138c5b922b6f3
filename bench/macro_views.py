"""The functions and macros outside of the project's models: one view per expression over a table `cases`.

A throw-away dbt project takes the project's own functions, macros and reference seeds, so that what is measured or
tested is what the models get. Callers fill `cases` and read the views.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import duckdb

from customer360.privacy.hashing_key import DEMO_KEY, session_variables

PROJECT = Path(__file__).resolve().parents[1]

_PROFILE = """
macro_views:
  target: duckdb
  outputs:
    duckdb:
      type: duckdb
      path: macro_views.duckdb
      threads: 1
      config_options: {storage_compatibility_version: v1.4.0}
      plugins:
        - module: customer360.dbt_plugins.hmac_key
          config: {data_set: demo, personal_data: "yes"}
"""
_PROJECT = """
name: customer360
profile: macro_views
seed-paths: ["seeds", "policy"]
test-paths: ["tests"]
models: {customer360: {cases: {+materialized: table}, +materialized: view}}
flags: {send_anonymous_usage_stats: false}
"""


def dbt(
    folder: Path, *arguments: str, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess:
    """Run dbt in a project folder; output as text. The caller looks at the return code."""
    command = [str(Path(sys.executable).with_name("dbt")), *arguments, "--profiles-dir", "."]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def lay_out(folder: Path, models: Mapping[str, str]) -> None:
    """A dbt project in `folder` with these models (name to SQL) on the project's functions, macros and the seeds that these
    read."""
    (folder / "models").mkdir(parents=True)
    (folder / "dbt_project.yml").write_text(_PROJECT, encoding="utf-8")
    (folder / "profiles.yml").write_text(_PROFILE, encoding="utf-8")
    for link, target in (
        ("functions", "functions"),
        ("macros", "macros"),
        ("seeds", "seeds/reference"),
        *(
            (f"policy/{name}.csv", f"seeds/policy/{name}.csv")  # read by functions
            for name in ("first_plausible_days", "product_charges", "revenue_policy")
        ),
        ("tests/generic", "tests/generic"),
    ):
        (folder / link).parent.mkdir(exist_ok=True)
        (folder / link).symlink_to(PROJECT / target)
    for name, sql in models.items():
        (folder / "models" / f"{name}.sql").write_text(sql, encoding="utf-8")


def build(
    folder: Path,
    expressions: Mapping[str, str],
    queries: Mapping[str, str] | None = None,
    columns: str = "x varchar",
    variables: Mapping[str, str] | None = None,
) -> duckdb.DuckDBPyConnection:
    """Build one view per expression (name to SQL with calls of functions and macros, over the columns of `cases`) and
    connect to it.

    The view of an expression has the columns id and y; `queries` are whole models, `variables` those of dbt. Raises RuntimeError with
    dbt's output where the project does not build.
    """
    nulls = ", ".join(
        f"cast(null as {kind}) as {name}" for name, kind in (c.split() for c in columns.split(","))
    )
    models = {"cases": f"select cast(null as integer) as id, {nulls} where false"}
    for name, expression in expressions.items():
        models[name] = f"select id, {expression} as y from {{{{ ref('cases') }}}}"
    lay_out(folder, models | dict(queries or {}))
    given = ["--vars", json.dumps(variables)] if variables else []
    done = dbt(folder, "--quiet", "build", "--exclude-resource-types", "test", *given)
    if done.returncode:
        raise RuntimeError(done.stdout[-4000:] + done.stderr[-2000:])
    return connect(folder)


def connect(folder: Path) -> duckdb.DuckDBPyConnection:
    """A connection to a built folder, with the demo key in its session."""
    connection = duckdb.connect(str(folder / "macro_views.duckdb"))
    for name, value in session_variables(DEMO_KEY.encode()).items():
        connection.execute(f"set variable {name} = ?", [value])
    return connection
