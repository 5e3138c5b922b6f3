"""What survives a kill: writes made durable, journals, and one holder of a folder at a time."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from customer360.core.errors import Stopped


class Damaged(Stopped):
    """A file of the warehouse cannot be read; the message says which and what to do."""

    def __init__(self, file: Path, remedy: str) -> None:
        super().__init__(f"{file} is damaged 文件已损坏. {remedy}")


class Busy(Stopped):
    """Another process holds the folder."""


def sync(path: Path) -> None:
    """Make a file's content, or the names in a folder, durable."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_tree(folder: Path) -> None:
    """Make everything below a folder durable."""
    for path in folder.rglob("*"):
        sync(path)
    sync(folder)


def publish(temporary: Path, final: Path) -> None:
    """Give a fully written temporary file its name, durably."""
    sync(temporary)
    os.replace(temporary, final)
    sync(final.parent)


@contextmanager
def whole(final: Path) -> Iterator[Path]:
    """A file to write, which takes the name `final` once it is written: who is interrupted leaves no part of it."""
    final.parent.mkdir(parents=True, exist_ok=True)
    temporary = final.with_name(f".{final.name}.tmp")
    try:
        yield temporary
        os.replace(temporary, final)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(final: Path, text: str) -> None:
    """Write a file whole or not at all."""
    with whole(final) as temporary:
        temporary.write_text(text, encoding="utf-8")


def add_line(file: Path, entry: Mapping[str, Any]) -> None:
    """Add an entry to a file of JSON lines, durably; a line that a kill cut short goes."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a+", encoding="utf-8") as lines:
        lines.seek(0)
        whole, newline, part = lines.read().rpartition("\n")
        if part:
            lines.truncate(len((whole + newline).encode()))
        lines.write(json.dumps(entry, ensure_ascii=False) + "\n")
        lines.flush()
        os.fsync(lines.fileno())


def lines_of(file: Path) -> list[dict[str, Any]]:
    """The entries of a file of JSON lines; none where there is no file. Raises Damaged at a line that is none."""
    if not file.is_file():
        return []
    try:
        whole = file.read_text(encoding="utf-8").rpartition("\n")[0]
        return [json.loads(line) for line in whole.splitlines()]
    except ValueError:
        raise Damaged(file, "Restore it, or remove the line that is not JSON") from None


def read_json(file: Path, remedy: str) -> Any:
    """The content of a JSON file that the project wrote. Raises Damaged, with this remedy, where it is not whole."""
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except ValueError:
        raise Damaged(file, remedy) from None


@contextmanager
def hold(folder: Path, what: str) -> Iterator[None]:
    """Hold a folder for `what`; Busy if it is held already.

    The system frees it when this process ends, however it ends, and with it every process that it started
    without closing its files: a step that outlives a killed build keeps the next one from starting beside it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise Busy(
                f"another {what} is running (process {file.read().strip()}). Wait for it to end, then try again"
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        os.set_inheritable(file.fileno(), True)
        yield
