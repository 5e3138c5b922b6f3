"""This project as a package of another dbt project: its variables, and the policy where dbt finds it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from customer360.core.data_sets import check_policy, load_data_set
from customer360.core.dbt import dbt_vars
from customer360.core.declarations import read_keys
from customer360.core.policy import lay_out
from customer360.core.sources import load_sources


def package_variables(project: Path, name: str) -> str:
    """The variables of a data set as YAML, to stand in vars.yml; its policy is laid out.

    Raises DeclarationError where the data set or its policy cannot be used.
    """
    data_set = load_data_set(project, name, load_sources(project))
    check_policy(project, data_set)
    lay_out(project, data_set.policy, data_set.name)
    defaults = read_keys(project / "vars.yml", "Start with `vars:`").content["vars"]
    variables = {**defaults, **dbt_vars(data_set), "without_files": "yes"}
    return yaml.safe_dump(
        {"vars": _plain(variables)}, sort_keys=False, allow_unicode=True, width=1000
    ).rstrip()


def _plain(value: Any) -> Any:
    return {key: _plain(inner) for key, inner in value.items()} if isinstance(value, Mapping) else value
