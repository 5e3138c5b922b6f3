"""One landing run of a data set: plan, read, write, supersede, report."""

from __future__ import annotations

import datetime as dt
import shutil
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from customer360.data_sets import DataSet, Offer
from customer360.durable import publish, sync
from customer360.landing.catalogue import Remark, SetAside
from customer360.landing.files import read_file
from customer360.landing.ledger import Load, content_id, landed_name, read_ledger
from customer360.landing.writer import temporary_name, write_declared, write_part
from customer360.sources import Table

READER = "1"
"""Raise when the same bytes would land differently: files still in the inbox are then read again."""

FORMER_DECLARED = "_declared.parquet"
"""What the file without rows was called before 2026-11-30."""

IGNORED = (".", "~$", "Thumbs.db", "desktop.ini")


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


def land(
    data_set: DataSet,
    tables: Mapping[tuple[str, str], Table],
    inbox: Path,
    landing: Path,
    say: Callable[[str], None] = lambda line: None,
) -> Outcome:
    """Bring `landing` up to date with `inbox`. Call it while holding `landing`."""
    scratch = landing / ".scratch"
    for table in tables.values():
        clear_leftovers(landing / table.system / table.entity, scratch)
        (landing / table.system / table.entity / FORMER_DECLARED).unlink(missing_ok=True)
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
        offer = data_set.offers.get(key, Offer("append"))
        entity = _Entity(tables[key], offer, inbox, landing / key[0] / key[1], scratch, say)
        entity.bring_up_to_date(deliveries)
        outcome.loads[key] = entity.loads
    return outcome


def clear_leftovers(folder: Path, scratch: Path) -> None:
    """Remove what an unfinished landing left behind; it may hold personal values."""
    for leftover in folder.glob(".*.tmp"):
        leftover.unlink()
    shutil.rmtree(scratch, ignore_errors=True)


class _Entity:
    """The landing of one (system, entity)."""

    def __init__(
        self, table: Table, offer: Offer, inbox: Path, folder: Path, scratch: Path, say: Callable[[str], None]
    ) -> None:
        self.table, self.offer, self.inbox, self.folder = table, offer, inbox, folder
        self.scratch, self.say = scratch, say
        self.reading = f"{READER}-{table.fingerprint}-{offer.encoding}"
        self.loads = read_ledger(folder)

    def bring_up_to_date(self, deliveries: list[Delivery]) -> None:
        """Land what is new; where a newer file replaces an older one, then remove what is superseded."""
        refused: dict[str, Remark] = {}
        accepted: list[Delivery] = []
        for delivery in deliveries:
            try:
                delivery.load_id = self._accept(delivery, refused)
                accepted.append(delivery)
            except SetAside as error:
                delivery.status, delivery.reason = "set_aside", error.reason
                self.say(f"set aside  {delivery.path} [{error.reason.code}]")
        if self.offer.replaces:
            self._supersede(accepted)
        for delivery in accepted:
            owner = self.loads[delivery.load_id].source_file
            delivery.status = "landed" if owner == delivery.path else "repeated"
            if delivery.status == "repeated":
                delivery.remarks.append(Remark("repeated_delivery", detail=owner))
        self._remark_on_loads({delivery.load_id for delivery in deliveries})

    def _remark_on_loads(self, offered: set[str | None]) -> None:
        names = Counter(load.source_file for load in self.loads.values())
        for load in self.loads.values():
            if names[load.source_file] > 1:
                load.standing.append(Remark("same_name_again"))
            if load.load_id not in offered and not load.is_complete:
                load.standing.append(Remark("incomplete_load"))
            elif load.load_id not in offered and not load.is_current(self.reading):
                load.standing.append(Remark("older_declaration"))

    def _accept(self, delivery: Delivery, refused: dict[str, Remark]) -> str:
        """Land the delivery unless its content has landed before; SetAside if it cannot."""
        try:
            load_id = content_id(self.inbox / delivery.path)
        except PermissionError:
            raise SetAside.because("no_access") from None
        if load_id in refused:
            raise SetAside(refused[load_id])
        earlier = self.loads.get(load_id)
        if earlier and earlier.is_current(self.reading):
            self.say(f"unchanged  {delivery.path}")
            return load_id
        try:
            self._land(delivery.path, load_id, earlier.source_file if earlier else delivery.path)
        except SetAside as error:
            refused[load_id] = error.reason
            raise
        except (OSError, MemoryError):
            raise
        except Exception as error:  # a format's surprise must not keep the other files from landing
            refused[load_id] = Remark("unexpected", detail=type(error).__name__)
            raise SetAside(refused[load_id]) from error
        return load_id

    def _supersede(self, accepted: list[Delivery]) -> None:
        """Each name keeps its newest content; a content that another name still offers passes to it."""
        now = {delivery.path: delivery.load_id for delivery in accepted}
        newest: dict[str, Load] = {}
        for load in self.loads.values():
            best = newest.get(load.source_file)
            if best is None or (load.landed_at, load.load_id) > (best.landed_at, best.load_id):
                newest[load.source_file] = load
        for load in list(self.loads.values()):
            kept = now.get(load.source_file, newest[load.source_file].load_id)
            if kept == load.load_id:
                continue
            heir = next((path for path, load_id in now.items() if load_id == load.load_id), None)
            if heir:
                # Should the file have changed just now, the load stays where it is until the next run.
                with suppress(SetAside):
                    self._land(heir, load.load_id, heir)
            else:
                self._remove(load)

    def _land(self, delivered: str, load_id: str, source_file: str) -> None:
        """Read the delivered file and publish its parts under the name `source_file`, leaving nothing else."""
        try:
            self._read_and_publish(delivered, load_id, source_file)
        finally:
            clear_leftovers(self.folder, self.scratch)

    def _read_and_publish(self, delivered: str, load_id: str, source_file: str) -> None:
        started = time.perf_counter()
        path = self.inbox / delivered
        before = path.stat()
        self.scratch.mkdir(exist_ok=True)
        parts, remarks = read_file(path, self.table, self.scratch, self.offer.encoding)
        earlier = self.loads.get(load_id)
        now = dt.datetime.now(dt.UTC).replace(tzinfo=None).isoformat(timespec="microseconds")
        head: dict[str, Any] = {
            "load_id": load_id,
            "source_file": source_file,
            "landed_at": earlier.landed_at if earlier else now,
            "reading": self.reading,
            "bytes": before.st_size,
            "parts": len(parts),
            "file_remarks": [remark.as_dict() for remark in remarks],
        }
        load = Load(load_id, source_file, head["landed_at"], self.reading)
        for part in parts:
            final = self.folder / landed_name(load_id, part.number)
            load.files.append(final)
            load.parts.append(write_part(part, self.table, temporary_name(final), head))
        after = path.stat()
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
            raise SetAside.because("changing")
        if self.offer.replaces and not load.data_rows and self._had_rows(source_file):
            raise SetAside.because("emptied")
        for final in load.files:
            publish(temporary_name(final), final)
        for old in set(earlier.files if earlier else ()) - set(load.files):
            old.unlink()
        self.loads[load_id] = load
        seconds = time.perf_counter() - started
        self.say(f"landed     {delivered}: {load.data_rows:,} rows in {seconds:.1f} s")

    def _had_rows(self, source_file: str) -> bool:
        return any(load.data_rows for load in self.loads.values() if load.source_file == source_file)

    def _remove(self, load: Load) -> None:
        for file in load.files:
            file.unlink()
        sync(self.folder)
        del self.loads[load.load_id]
        self.say(f"superseded {load.source_file} (load {load.load_id})")
