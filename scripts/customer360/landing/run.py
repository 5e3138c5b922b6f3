"""One landing run of a data set: plan, read, write, supersede, report."""

from __future__ import annotations

import datetime as dt
import fcntl
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from customer360.data_sets import DataSet
from customer360.landing.catalogue import Remark, SetAside
from customer360.landing.files import read_file
from customer360.landing.ledger import Load, content_id, landed_name, read_ledger
from customer360.landing.writer import publish, sync_folder, temporary_name, write_declared, write_part
from customer360.sources import Table

READER = "1"
"""Raise when the same bytes would land differently: files still in the inbox are then read again."""

IGNORED = (".", "~$", "Thumbs.db", "desktop.ini")


class Busy(Exception):
    """Another landing of the same data set is running."""


@dataclass
class Delivery:
    """One file of the inbox and what became of it."""

    path: str
    system: str | None = None
    entity: str | None = None
    status: str = ""
    load_id: str | None = None
    remarks: list[Remark] = field(default_factory=list)
    reason: Remark | None = None


@dataclass
class Outcome:
    """Everything a report needs after a run."""

    data_set: DataSet
    deliveries: list[Delivery]
    loads: dict[tuple[str, str], dict[str, Load]]

    @property
    def set_aside(self) -> list[Delivery]:
        return [d for d in self.deliveries if d.status == "set_aside"]


@contextmanager
def run_lock(landing: Path) -> Iterator[None]:
    """Hold the data set's landing for one run; the system frees it even if the run is killed."""
    landing.mkdir(parents=True, exist_ok=True)
    with (landing / ".lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise Busy(
                f"another landing into {landing} is running (process {file.read().strip()}). Wait for it"
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def land(
    data_set: DataSet,
    tables: Mapping[tuple[str, str], Table],
    inbox: Path,
    landing: Path,
    say: Callable[[str], None] = lambda line: None,
) -> Outcome:
    """Bring `landing` up to date with `inbox`. Call it under `run_lock`."""
    for leftover in landing.glob("*/*/.*.tmp"):
        leftover.unlink()
    for table in tables.values():
        write_declared(landing / table.system / table.entity, table)
    outcome = Outcome(data_set, [], {})
    waiting: dict[tuple[str, str], list[Delivery]] = {key: [] for key in tables}
    for path in sorted(p for p in inbox.rglob("*") if p.is_file()):
        if path.name.startswith(IGNORED):
            continue
        relative = path.relative_to(inbox)
        delivery = Delivery(relative.as_posix())
        outcome.deliveries.append(delivery)
        key = relative.parts[:2]
        if len(relative.parts) > 2 and key in data_set.offers:
            delivery.system, delivery.entity = key
            waiting[key].append(delivery)
        else:
            delivery.status, delivery.reason = "set_aside", Remark("unknown_place")
    for key, deliveries in waiting.items():
        entity = _Entity(tables[key], inbox, landing / key[0] / key[1], say)
        entity.bring_up_to_date(deliveries, key in data_set.offers and data_set.offers[key].replaces)
        outcome.loads[key] = entity.loads
    return outcome


class _Entity:
    """The landing of one (system, entity)."""

    def __init__(self, table: Table, inbox: Path, folder: Path, say: Callable[[str], None]) -> None:
        self.table, self.inbox, self.folder, self.say = table, inbox, folder, say
        self.reading = f"{READER}-{table.fingerprint}"
        self.loads = read_ledger(folder)

    def bring_up_to_date(self, deliveries: list[Delivery], replaces: bool) -> None:
        """Land what is new; with `replaces`, then remove what is superseded."""
        refused: dict[str, Remark] = {}
        for delivery in deliveries:
            delivery.load_id = content_id(self.inbox / delivery.path)
            earlier = self.loads.get(delivery.load_id)
            if delivery.load_id not in refused and not (earlier and earlier.is_current(self.reading)):
                try:
                    self._land(delivery, earlier.source_file if earlier else delivery.path)
                    delivery.status = "landed"
                except SetAside as error:
                    refused[delivery.load_id] = error.reason
            if delivery.load_id in refused:
                delivery.status, delivery.reason = "set_aside", refused[delivery.load_id]
                self.say(f"set aside  {delivery.path}")
        accepted = [d for d in deliveries if d.status != "set_aside"]
        if replaces:
            self._supersede(accepted)
        for delivery in accepted:
            owner = self.loads[delivery.load_id].source_file
            if owner != delivery.path:
                delivery.status = "repeated"
                delivery.remarks.append(Remark("repeated_delivery", detail=owner))
            elif not delivery.status:
                delivery.status = "landed"
                self.say(f"unchanged  {delivery.path}")

    def _supersede(self, accepted: list[Delivery]) -> None:
        """Each name keeps its newest content; a content another name still offers passes to that name."""
        now = {delivery.path: delivery.load_id for delivery in accepted}
        newest: dict[str, Load] = {}
        for load in self.loads.values():
            if load.source_file not in now:
                best = newest.get(load.source_file)
                if best is None or (load.landed_at, load.load_id) > (best.landed_at, best.load_id):
                    newest[load.source_file] = load
        for load in list(self.loads.values()):
            owner = load.source_file
            if now.get(owner) == load.load_id or newest.get(owner) is load:
                continue
            heir = next((d for d in accepted if d.load_id == load.load_id), None)
            if heir:
                self._land(heir, heir.path)
            else:
                self._remove(load)

    def _land(self, delivery: Delivery, source_file: str) -> None:
        started = time.perf_counter()
        earlier = self.loads.get(delivery.load_id)
        now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
        head: dict[str, Any] = {
            "load_id": delivery.load_id,
            "source_file": source_file,
            "landed_at": earlier.landed_at if earlier else now.isoformat(timespec="microseconds"),
            "reading": self.reading,
        }
        path = self.inbox / delivery.path
        parts, remarks = read_file(path, self.table)
        head |= {
            "bytes": path.stat().st_size,
            "parts": len(parts),
            "file_remarks": [r.as_dict() for r in remarks],
        }
        load = Load(delivery.load_id, source_file, head["landed_at"], self.reading)
        written: list[tuple[Path, Path]] = []
        try:
            for part in parts:
                final = self.folder / landed_name(delivery.load_id, part.number)
                written.append((temporary_name(final), final))
                load.parts.append(write_part(part, self.table, temporary_name(final), head))
                load.files.append(final)
            if not sum(sum(about["rows"][kind] for kind in ("data", "total")) for about in load.parts):
                raise SetAside.because("no_rows")
        except SetAside:
            for temporary, _ in written:
                temporary.unlink(missing_ok=True)
            raise
        for temporary, final in written:
            publish(temporary, final)
        for old in set(earlier.files if earlier else ()) - set(load.files):
            old.unlink()
        self.loads[delivery.load_id] = load
        rows = sum(about["rows"]["data"] for about in load.parts)
        self.say(f"landed     {delivery.path}: {rows:,} rows in {time.perf_counter() - started:.1f} s")

    def _remove(self, load: Load) -> None:
        for file in load.files:
            file.unlink()
        sync_folder(self.folder)
        del self.loads[load.load_id]
        self.say(f"superseded {load.source_file} (load {load.load_id})")
