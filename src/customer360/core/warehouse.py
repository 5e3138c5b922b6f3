"""The folders of a data set's warehouse and the one pointer that says which version holds.

warehouse/<data set>/
    build/<id>/customer360.duckdb   private file of one build, and state/ as that build read it
    versions/<id>/published/        what BI reads: customer360.duckdb, parquet/
    versions/<id>/state/            what cannot be rebuilt from landing
    versions/<id>/*.json            its contract, what the gate said, the record of the publication
    current → versions/<id>         the pointer; replaced in one step, so both move together or not at all
    publications.jsonl              every publication and rollback, one line each; never rolled back
    exports.jsonl                   every list that was exported or removed (`customer360 activation`); never rolled back
    erasures/                       who was erased, as keyed hashes; never rolled back
    next → build/<id>               what dbt works on now, or worked on last
    try/, check/, older/            what `try-rules`, `check-data` and readers of older state work on, while they run
    published → current/published   fixed names for readers
    state → current/state
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from customer360.core import interrupts
from customer360.core.data_sets import DataSet, load_data_set
from customer360.core.durable import add_line, hold, lines_of, sync, sync_tree
from customer360.core.errors import Stopped
from customer360.core.sources import load_sources


class NoVersion(Stopped):
    """There is no version to go back to; the message says which are kept."""


KEPT_BUILDS = 2
"""Builds that stay for inspection; older ones go."""

KEPT_VERSIONS = 3
"""Published versions that stay for rollback, the current one included."""


BUILD_ID = "%Y%m%dT%H%M%S%f"
"""A build is named after the moment it began, to the millisecond (UTC)."""


def _build_id(moment: dt.datetime) -> str:
    return moment.strftime(BUILD_ID)[:-3]


def _point(link: Path, folder: Path) -> None:
    """Let a link beside or above a folder lead to it, in one step."""
    new = link.with_name(f".{link.name}")
    new.unlink(missing_ok=True)
    new.symlink_to(folder.relative_to(link.parent))
    os.replace(new, link)


@dataclass(frozen=True)
class Warehouse:
    """One data set's warehouse folder."""

    folder: Path

    @property
    def pointer(self) -> Path:
        return self.folder / "current"

    @property
    def versions(self) -> Path:
        return self.folder / "versions"

    @property
    def builds(self) -> Path:
        return self.folder / "build"

    @property
    def published(self) -> Path:
        """The fixed name under which readers find the current published copy."""
        return self.folder / "published" / "customer360.duckdb"

    @property
    def journal(self) -> Path:
        """Every publication and rollback, in the order in which they happened."""
        return self.folder / "publications.jsonl"

    def current(self) -> Path | None:
        """The version that holds, or None before the first publication."""
        return self.pointer.resolve() if self.pointer.is_symlink() else None

    def latest_build(self) -> Path | None:
        """The file of the newest build, published or not; None before the first."""
        return max(self.builds.glob("*/customer360.duckdb"), default=None)

    def new_build(self) -> Path:
        """A new, empty build folder; its name sorts after every earlier one, whatever the clock does."""
        names = [path.name.lstrip(".") for place in (self.builds, self.versions) for path in place.glob("*")]
        latest = max(names, default="")
        build_id = _build_id(dt.datetime.now(dt.UTC))
        if build_id <= latest:  # the clock was put back
            build_id = _build_id(dt.datetime.strptime(latest, BUILD_ID) + dt.timedelta(milliseconds=1))
        folder = self.builds / build_id
        folder.mkdir(parents=True)
        return folder

    @contextmanager
    def workshop(self, name: str, what: str) -> Iterator[Path]:
        """An empty folder for `what`, which publishes nothing: beside the builds because it holds what they hold, and
        gone when it ends. Its path is the same each time. Raises Busy while another one goes on."""
        folder = self.folder / name
        with hold(folder, what):
            work = folder / "work"
            shutil.rmtree(work, ignore_errors=True)  # of one that was killed
            work.mkdir()
            try:
                yield work
            finally:
                shutil.rmtree(work)

    def candidate(self, build_id: str) -> Path:
        """An empty folder to prepare version `build_id` in, out of everybody's sight."""
        folder = self.versions / f".{build_id}"
        folder.mkdir(parents=True)
        return folder

    def promote(self, candidate: Path) -> Path:
        """Make a finished candidate the version that holds, published copy and state in one step."""
        version = candidate.with_name(candidate.name.removeprefix("."))
        sync_tree(candidate)
        candidate.rename(version)
        sync(self.versions)
        for name in ("published", "state"):
            link = self.folder / name
            if not link.is_symlink():
                link.symlink_to(Path("current") / name)
        self._point_to(version)
        return version

    def rollback(self, to: str | None = None) -> Path:
        """Let an earlier kept version hold again, published copy and state together: the one before, or `to`.

        Raises NoVersion where there is none; the message says which there are.
        """
        current = self.current()
        kept = sorted(v.name for v in self.versions.glob("*") if not v.name.startswith("."))
        earlier = [name for name in kept if current and name < current.name]
        wanted = to or max(earlier, default=None)
        others = [name for name in kept if not current or name != current.name]
        if wanted not in others:
            what = f"version {to} is not kept" if to else "no earlier version is kept"
            raise NoVersion(f"{what}; beside the one that holds there are: {', '.join(others) or 'none'}")
        self._point_to(self.versions / wanted)
        return self.versions / wanted

    def note(self, event: str, record: dict[str, Any]) -> None:
        """Add a line to the journal, durably, once: what a kill left out is added by the next build."""
        if event == "published" and any(
            entry["event"] == event and entry.get("build_id") == record.get("build_id")
            for entry in self.noted()
        ):
            return
        add_line(self.journal, {"event": event, **record})

    def noted(self) -> list[dict[str, Any]]:
        """The journal; empty before the first publication."""
        return lines_of(self.journal)

    def work_in(self, folder: Path) -> Path:
        """The database file of a folder under a name that is the same for every build: dbt parses the project anew
        wherever its profile names another path."""
        link = self.folder / "next"
        _point(link, folder)
        return link / "customer360.duckdb"

    def _point_to(self, version: Path) -> None:
        _point(self.pointer, version)
        sync(self.folder)

    def tidy(self) -> None:
        """Remove what killed builds left behind and what policy keeps no longer."""
        shutil.rmtree(self.folder / "erasures" / "scratch", ignore_errors=True)
        current = self.current()
        if self.versions.is_dir():
            for folder in self.versions.iterdir():
                # a version newer than the pointer was never published
                if folder.name.startswith(".") or current is None or folder.name > current.name:
                    shutil.rmtree(folder)
            for old in sorted(self.versions.iterdir())[:-KEPT_VERSIONS]:
                if old != current:
                    # out of sight first: a kill must not leave part of a version under its name
                    shutil.rmtree(old.rename(old.with_name(f".{old.name}")))
        if self.builds.is_dir():
            for old in sorted(self.builds.iterdir())[:-KEPT_BUILDS]:
                shutil.rmtree(old)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the warehouse for one build. Of one that is interrupted nothing is left but what it had published."""
        with hold(self.folder, f"build of {self.folder.name}"):
            before, there = self.current(), set(self.builds.glob("*"))
            try:
                yield
            except BaseException:
                if stop := interrupts.seen():
                    now = self.current()
                    for folder in set(self.builds.glob("*")) - there:
                        if now is None or folder.name != now.name:
                            shutil.rmtree(folder)
                    self.tidy()
                    if now == before:
                        stop.left += ", and what was published before stays 原有发布保持不变"
                    else:
                        stop.left = f"version {now.name} was published already 已发布"
                raise


def open_data_set(project: Path, name: str) -> tuple[DataSet, Warehouse]:
    """A data set of a project and its warehouse. Raises DeclarationError where it cannot be used."""
    data_set = load_data_set(project, name, load_sources(project))
    return data_set, Warehouse(project / "warehouse" / data_set.name)
