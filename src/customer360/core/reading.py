"""Files of a warehouse opened to be read, and what to say where another program holds one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb

from customer360.core.durable import Busy


class Held(Busy):
    """Another program has opened a database file for writing; the message says which and what to do."""


def connect(file: Path) -> duckdb.DuckDBPyConnection:
    """A connection that reads a database file. Raises Held where another program has opened it for writing."""
    return _connect(file, {})


def ask(published: Path) -> duckdb.DuckDBPyConnection:
    """A connection for other people's SQL: it can read this file and nothing else, and cannot be told otherwise.

    Raises Held where another program has opened the file for writing.
    """
    return _connect(published, {"enable_external_access": "false", "lock_configuration": "true"})


def attach(connection: duckdb.DuckDBPyConnection, file: Path, name: str) -> None:
    """Attach a database file to be read. Raises Held where another program has opened it for writing."""
    path = str(file).replace("'", "''")
    with _holder_named():
        connection.execute(f"attach '{path}' as {name} (read_only)")


def require_free(file: Path) -> None:
    """Raise Held where another program has opened a database file for writing; a missing file is free."""
    if file.is_file():
        connect(file).close()


def _connect(file: Path, config: Mapping[str, str]) -> duckdb.DuckDBPyConnection:
    with _holder_named():
        return duckdb.connect(str(file), read_only=True, config=dict(config))


@contextmanager
def _holder_named() -> Iterator[None]:
    try:
        yield
    except duckdb.IOException as error:
        found = re.search(r'Could not set lock on file "([^"]*)"', str(error))
        if not found:
            raise
        process = re.search(r"\(PID (\d+)\)", str(error))
        raise Held(
            f"another program{f' (process {process[1]})' if process else ''} has opened {found[1]} for writing. "
            "Close it there, or open it read-only: duckdb -readonly, or read_only=True 请关闭该程序，或以只读方式打开"
        ) from None
