"""Layouts of what a warehouse keeps from build to build, and the steps that bring an older one up to date.

A folder with a layout holds version.json: the number of steps taken. Without it, the layout is version 0, that of before
versions were written.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from customer360.core.durable import Damaged, publish, read_json
from customer360.core.errors import Stopped

MARK = "version.json"

Step = Callable[[Path], None]
"""Brings a folder from one version to the next. A kill repeats the step, so it must do no harm the second time; it writes
beside and renames, and expects nothing to be there: a new folder takes all steps."""


class TooNew(Stopped):
    """A newer release wrote the folder; the message says which versions, and what to do."""


@dataclass(frozen=True)
class Layout:
    """The layout of one kind of folder: its name for people, and its steps in order. Steps are only ever added."""

    name: str
    steps: tuple[Step, ...]

    @property
    def version(self) -> int:
        """The version that this code writes."""
        return len(self.steps)

    def version_of(self, folder: Path) -> int:
        """The version of a folder. Raises TooNew where this code does not know it, Damaged where it cannot be read."""
        file, remedy = folder / MARK, "Restore it from a backup"
        told = read_json(file, remedy) if file.is_file() else {"version": 0}
        if not isinstance(told, dict) or not isinstance(version := told.get("version"), int):
            raise Damaged(file, remedy)
        if version > self.version:
            raise TooNew(
                f"{folder} has version {version} of the {self.name} layout, and this release knows {self.version} at most."
                " Use the release that wrote it, or a newer one 请使用写入它的版本或更新的版本"
            )
        return version

    def mark(self, folder: Path) -> None:
        """Note durably that a folder has today's layout."""
        self._mark(folder, self.version)

    def upgrade(self, folder: Path) -> None:
        """Take the steps that a folder lacks, each noted when it is done. Call it while holding the folder."""
        for number in range(self.version_of(folder), self.version):
            self.steps[number](folder)
            self._mark(folder, number + 1)
        self.mark(folder)

    def _mark(self, folder: Path, version: int) -> None:
        file, text = folder / MARK, json.dumps({"version": version}) + "\n"
        if file.is_file() and file.read_text(encoding="utf-8") == text:
            return
        folder.mkdir(parents=True, exist_ok=True)
        temporary = folder / f".{MARK}.tmp"
        temporary.write_text(text, encoding="utf-8")
        publish(temporary, file)


def renamed(table: str, old: str, new: str) -> Step:
    """The step that renames a column of a state table."""

    def step(state: Path) -> None:
        file = state / table / "data.parquet"
        if not file.is_file() or old not in pq.read_schema(file).names:
            return
        rows = pq.read_table(file)
        temporary = file.with_name(".data.parquet.tmp")
        pq.write_table(
            rows.rename_columns([new if name == old else name for name in rows.column_names]),
            temporary,
            compression="zstd",
        )
        publish(temporary, file)

    return step


def gone(table: str) -> Step:
    """The step that removes a state table."""

    def step(state: Path) -> None:
        shutil.rmtree(state / table, ignore_errors=True)

    return step


def _remove_former_declared(landing: Path) -> None:
    """Files without rows are named schema.parquet; readers would take one of the former name for landed data."""
    for file in landing.glob("*/*/_declared.parquet"):
        file.unlink()


LANDING = Layout("landing", (_remove_former_declared,))
"""landing/<data set>."""

STATE = Layout("state", (gone("winback_steps"),))
"""warehouse/<data set>/versions/<id>/state. A published version never changes: a copy of it is upgraded where it is read.
A column added to a declared table needs no step, it is null in older rows; a column or table that is renamed, or goes, does."""
