"""Connections to the published copy: for questions that people ask, and what to say where another program holds the file."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb


class Held(Exception):
    """Another program has opened the file for writing; the message says which and what to do."""


def ask(published: Path) -> duckdb.DuckDBPyConnection:
    """A connection for other people's SQL: it can read this file and nothing else, and cannot be told otherwise.

    Raises Held where another program has opened the file for writing.
    """
    return _connect(published, {"enable_external_access": "false", "lock_configuration": "true"})


def require_free(published: Path) -> None:
    """Raise Held where another program has opened the published copy for writing; a missing file is free."""
    if published.is_file():
        _connect(published, {}).close()


def held_by(error: duckdb.Error) -> str | None:
    """What to say of an error of DuckDB that is about a file which another program holds; None of any other."""
    found = re.search(r'Could not set lock on file "([^"]*)"', str(error))
    if not found:
        return None
    process = re.search(r"\(PID (\d+)\)", str(error))
    return (
        f"another program{f' (process {process[1]})' if process else ''} has opened {found[1]} for writing. "
        "Close it there, or open it read-only: duckdb -readonly, or read_only=True 请关闭该程序，或以只读方式打开"
    )


def _connect(published: Path, config: dict[str, str]) -> duckdb.DuckDBPyConnection:
    try:
        return duckdb.connect(str(published), read_only=True, config=config)
    except duckdb.IOException as error:
        if said := held_by(error):
            raise Held(said) from None
        raise
