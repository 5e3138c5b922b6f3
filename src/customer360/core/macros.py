"""dbt's macros without dbt, which needs seconds to start and a manifest of the whole project."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined

_MADE = re.compile(r"\{%-?\s*(macro|test)\s+(\w+)(.*?)(\{%-?)\s*end\1\s*-?%\}", re.S)


class _Returned(Exception):
    """What dbt's return() hands out of a macro."""

    def __init__(self, value: Any) -> None:
        self.value = value


def _raise(value: Any) -> None:
    raise _Returned(value)


class Macros:
    """The macros and generic tests of some folders by name, each looked for when it is called: they call each other across
    files. A generic test is the macro `test_<name>`, as dbt calls it."""

    def __init__(self, folders: Iterable[Path], given: Mapping[str, Any], engine: str = "duckdb") -> None:
        """`given` are the names that the macros know besides their own: stand-ins for what dbt offers them. `engine`: the adapter
        whose variants of macros are called where there are some."""
        self._engine = engine
        self.environment = Environment(extensions=["jinja2.ext.do"], undefined=StrictUndefined)
        self.environment.globals |= {"return": _raise, "adapter": self, **given}
        self._texts: dict[str, str] = {}
        self._made: dict[str, Any] = {}
        for folder in folders:
            for file in sorted(folder.glob("*.sql")):
                for kind, called, rest, end in _MADE.findall(file.read_text(encoding="utf-8")):
                    name = f"test_{called}" if kind == "test" else called
                    self._texts[name] = f"{{% macro {name}{rest}{end} endmacro %}}"
                    self.environment.globals[name] = self[name]

    def __getitem__(self, name: str) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            if name not in self._made:
                self._made[name] = getattr(self.environment.from_string(self._texts[name]).module, name)
            try:
                return self._made[name](*arguments, **named)
            except _Returned as returned:
                return returned.value

        return call

    def dispatch(self, name: str) -> Callable[..., Any]:
        """dbt's dispatch: the variant of the engine, else the default one, which is DuckDB's."""
        own = f"{self._engine}__{name}"
        return self[own if own in self._texts else f"default__{name}"]

    def render(self, text: str) -> str:
        """A text with what stands in its braces."""
        return self.environment.from_string(text).render()
