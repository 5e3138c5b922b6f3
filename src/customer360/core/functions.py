"""The functions of functions/ without dbt, as DuckDB gets them: landing reads moments with them, lint reads their SQL.

A body needs few macros: those of macros/portable, macros/words and macros/privacy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from customer360.core.macros import Macros

FOLDER = "functions"
_MACROS = ("macros/portable", "macros/words", "macros/privacy")


@cache
def _macros(functions: Path) -> Macros:
    given = {
        "function": lambda name: name,
        "ref": lambda name: name,
        "var": lambda name, default: default,
    }
    return Macros((functions.parent / folder for folder in _MACROS), given)


def _folder(project: Path) -> Path:
    return (project / FOLDER).resolve()


@cache
def body(project: Path, name: str) -> str:
    """The SQL expression of a function; other functions and seeds stand in it by their bare names. Raises
    FileNotFoundError where there is no such function."""
    text = (project / FOLDER / f"{name}.sql").read_text(encoding="utf-8")
    return _macros(_folder(project)).render(text).strip()


@cache
def arguments(project: Path) -> dict[str, list[dict[str, Any]]]:
    """The declared arguments of each function: name, data_type and, where there is one, default_value. A default that
    a data set sets is that of a project without one."""
    text = (project / FOLDER / "_functions.yml").read_text(encoding="utf-8")
    declared = yaml.safe_load(_macros(_folder(project)).render(text))["functions"]
    return {entry["name"]: entry["arguments"] for entry in declared}


def definition(project: Path, name: str) -> str:
    """The statement that creates a function of the project in DuckDB."""
    return statement(name, arguments(project)[name], body(project, name))


def statement(name: str, given: Sequence[Mapping[str, Any]], sql: str) -> str:
    """The statement that creates a function in DuckDB, as macros/portable/functions.sql has it: `given` are its
    arguments, `sql` is its body."""
    listed = ", ".join(
        f"{one['name']} {one['data_type']}"
        + (f" := {one['default_value']}" if one.get("default_value") else "")
        for one in given
    )
    return f"create or replace macro {name}({listed}) as (\n{sql}\n)"
