"""The functions of functions/ without dbt, as DuckDB gets them: landing reads moments with them, lint reads their SQL.

dbt needs seconds to start and a manifest of the whole project. A body needs few macros: those of macros/portable and
macros/words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, StrictUndefined
from jinja2.nodes import Macro

FOLDER = "functions"
_MACROS = ("macros/portable", "macros/words", "macros/privacy")


class _Returned(Exception):
    """What dbt's return() hands out of a macro."""

    def __init__(self, value: Any) -> None:
        self.value = value


def _raise(value: Any) -> None:
    raise _Returned(value)


class _Macros:
    """Macros by name, each looked for when it is called: they call each other across files."""

    def __init__(self, functions: Path) -> None:
        self.environment = Environment(extensions=["jinja2.ext.do"], undefined=StrictUndefined)
        self.environment.globals |= {
            "return": _raise,
            "adapter": self,
            "function": lambda name: name,
            "ref": lambda name: name,
            "var": lambda name, default: default,
        }
        self._modules: dict[str, Any] = {}
        texts = [
            file.read_text(encoding="utf-8")
            for folder in _MACROS
            for file in sorted((functions.parent / folder).glob("*.sql"))
        ]
        found = [[made.name for made in self.environment.parse(text).find_all(Macro)] for text in texts]
        self.environment.globals |= {name: self._macro(name) for names in found for name in names}
        for text, names in zip(texts, found, strict=True):
            self._modules |= dict.fromkeys(names, self.environment.from_string(text).module)

    def dispatch(self, name: str) -> Callable[..., Any]:
        """dbt's dispatch, for DuckDB, whose macros are the default ones."""
        return self._macro(f"default__{name}")

    def _macro(self, name: str) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            try:
                return getattr(self._modules[name], name)(*arguments, **named)
            except _Returned as returned:
                return returned.value

        return call


_macros = cache(_Macros)


def _folder(project: Path) -> Path:
    return (project / FOLDER).resolve()


@cache
def body(project: Path, name: str) -> str:
    """The SQL expression of a function; other functions and seeds stand in it by their bare names. Raises
    FileNotFoundError where there is no such function."""
    text = (project / FOLDER / f"{name}.sql").read_text(encoding="utf-8")
    return _macros(_folder(project)).environment.from_string(text).render().strip()


@cache
def arguments(project: Path) -> dict[str, list[dict[str, Any]]]:
    """The declared arguments of each function: name, data_type and, where there is one, default_value. A default that
    a data set sets is that of a project without one."""
    text = (project / FOLDER / "_functions.yml").read_text(encoding="utf-8")
    declared = yaml.safe_load(_macros(_folder(project)).environment.from_string(text).render())["functions"]
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
