"""One landing run of a data set: plan, read, write, supersede, report."""

from __future__ import annotations

import datetime as dt
import shutil
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from customer360.core import upgrades
from customer360.core.data_sets import DataSet
from customer360.core.durable import publish, sync
from customer360.core.errors import Stopped
from customer360.core.sources import Table
from customer360.landing.age import Calendar, is_older
from customer360.landing.arrival import Arrival
from customer360.landing.catalogue import Remark, SetAside
from customer360.landing.entries import EMPTY_FOLDER, LINKED_FILE, entries
from customer360.landing.files import read_file
from customer360.landing.ledger import (
    IN_FORCE,
    OLDER,
    SUPERSEDED,
    Known,
    Load,
    content_id,
    known_file,
    landed_name,
    ranked,
    read_known,
    read_ledger,
    share_a_record,
    write_known,
)
from customer360.landing.totals import TotalWords
from customer360.landing.writer import DECLARED, temporary_name, write_declared, write_part

READER = "2"
"""Raise when the same bytes would land differently: files still in the inbox are then read again."""

_KEPT_REMARKS = ("older_taken", "returned")
"""Remarks on a load that reading its file again does not bring about."""


class NotThere(Stopped):
    """A file that was to be taken on purpose and is none that could be; the message says why and what to do."""


class TooOld(SetAside):
    """Raised for a file that is older than what is in force; `delivery.older_than` says than which load."""


@dataclass
class Delivery:
    """One file of the inbox, or what stands in place of one, and what became of it."""

    path: str
    system: str | None = None
    entity: str | None = None
    status: str = ""
    load_id: str | None = None
    older_than: str | None = None
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

    @property
    def older(self) -> list[Delivery]:
        return [d for d in self.deliveries if d.status == "older"]


def land(
    data_set: DataSet,
    tables: Mapping[tuple[str, str], Table],
    inbox: Path,
    landing: Path,
    say: Callable[[str], None] = lambda line: None,
    take: Collection[str] = (),
) -> Outcome:
    """Bring `landing` up to date with `inbox`. Call it while holding `landing`.

    `take` are paths in the inbox of files to take although they are older than what is in force; NotThere where one
    is not delivered, before anything is done.
    """
    outcome = Outcome(data_set, [], {})
    waiting: dict[tuple[str, str], list[Delivery]] = {key: [] for key in tables}
    for path, code in entries(inbox):
        relative = path.relative_to(inbox)
        key = relative.parts[:2]
        if code == EMPTY_FOLDER and _is_expected(relative, data_set):
            continue
        delivery = Delivery(relative.as_posix())
        outcome.deliveries.append(delivery)
        if code == EMPTY_FOLDER:
            delivery.status, delivery.remarks = "empty", [Remark(code)]
        elif code not in (None, LINKED_FILE):
            delivery.status, delivery.reason = "set_aside", Remark(code)
        elif len(relative.parts) > 2 and key in data_set.offers and not data_set.offers[key].relation:
            delivery.system, delivery.entity = key
            delivery.remarks = [Remark(code)] if code else []
            waiting[key].append(delivery)
        else:
            delivery.status, delivery.reason = "set_aside", Remark("unknown_place")
    _check_taken(take, data_set, inbox, outcome.deliveries)
    totals = TotalWords.of(data_set.project, data_set.policy)
    upgrades.LANDING.upgrade(landing)
    scratch = landing / ".scratch"
    for table in tables.values():
        clear_leftovers(landing / table.system / table.entity, scratch)
        write_declared(landing / table.system / table.entity, table)
    lists = known_file(landing, "", "").parent
    clear_leftovers(lists, scratch)
    write_known(lists / DECLARED, "", "", {})
    arrival = Arrival(inbox, landing, [d.path for found in waiting.values() for d in found], _now())
    for key, deliveries in waiting.items():
        entity = _Entity(tables[key], inbox, landing, data_set, take, say, totals, arrival)
        entity.bring_up_to_date(deliveries)
        outcome.loads[key] = entity.loads
    arrival.end()
    return outcome


def _now() -> str:
    return dt.datetime.now(dt.UTC).replace(tzinfo=None).isoformat(timespec="microseconds")


def _is_expected(folder: Path, data_set: DataSet) -> bool:
    """Whether a folder may well be empty: that of a system or an entity of which nothing was delivered yet."""
    return any(folder.parts == key[: len(folder.parts)] for key in data_set.offers)


def _check_taken(
    take: Collection[str], data_set: DataSet, inbox: Path, deliveries: Sequence[Delivery]
) -> None:
    replaced = {d.path for d in deliveries if d.entity and data_set.offers[d.system, d.entity].replaces}
    for path in sorted(set(take) - replaced):
        if path in {delivery.path for delivery in deliveries}:
            raise NotThere(
                f"{path}: only a file of an entity with `load: replace` can be older. Leave the flag out"
            )
        raise NotThere(f"{path}: no such file in {inbox}. Write its path there, <system>/<entity>/<file>")


def clear_leftovers(folder: Path, scratch: Path) -> None:
    """Remove what an unfinished landing left behind; it may hold personal values."""
    for leftover in folder.glob(".*.tmp"):
        leftover.unlink()
    shutil.rmtree(scratch, ignore_errors=True)


class _Entity:
    """The landing of one (system, entity)."""

    def __init__(
        self,
        table: Table,
        inbox: Path,
        landing: Path,
        data_set: DataSet,
        take: Collection[str],
        say: Callable[[str], None],
        totals: TotalWords,
        arrival: Arrival,
    ) -> None:
        self.table, self.inbox, self.take, self.say = table, inbox, take, say
        self.totals, self.arrival = totals, arrival
        self.replaces = table.replaces and table.key in data_set.offers
        self.folder, self.scratch = landing / table.system / table.entity, landing / ".scratch"
        self.project, self.zone = data_set.project, ZoneInfo(data_set.time_zone)
        self.reading = f"{READER}-{table.fingerprint}-{table.encoding}-{totals.digest}"
        self.loads = read_ledger(self.folder)
        self.list = known_file(landing, table.system, table.entity)
        if not self.replaces:
            self.list.unlink(missing_ok=True)
        # A load that a person has removed from landing is forgotten.
        self.known = {
            load_id: known
            for load_id, known in read_known(self.list).items()
            if known.status != IN_FORCE or load_id in self.loads
        }

    def bring_up_to_date(self, deliveries: list[Delivery]) -> None:
        """Land what is new; where a newer file replaces an older one, then remove what is superseded."""
        refused: dict[str, Remark] = {}
        accepted: list[Delivery] = []
        # A name that is in force says first whether the content is too old for it, then other names offer the same.
        names = {load.source_file for load in self.loads.values()} if self.replaces else set()
        for delivery in sorted(deliveries, key=lambda delivery: delivery.path not in names):
            try:
                self._accept(delivery, refused)
                accepted.append(delivery)
            except TooOld:
                self.say(f"too old    {delivery.path}")
            except SetAside as error:
                delivery.status, delivery.reason, delivery.load_id = "set_aside", error.reason, None
                self.say(f"set aside  {delivery.path} [{error.reason.code}]")
        if self.replaces:
            self._supersede(accepted)
        for delivery in accepted:
            if delivery.load_id not in self.loads:
                delivery.older_than = self.known[delivery.load_id].newer
                continue
            owner = self.loads[delivery.load_id].source_file
            delivery.status = "landed" if owner == delivery.path else "repeated"
            if delivery.status == "repeated":
                delivery.remarks.append(Remark("repeated_delivery", detail=owner))
        for delivery in deliveries:
            if delivery.older_than:
                newest, newer = self._newest(delivery.load_id), self._in_force(delivery.older_than)
                delivery.status = "older"
                delivery.reason = Remark("older_delivery", detail=newest or "", other=_named(newer))
        if self.replaces:
            self._list_known(deliveries)
        self._remark_on_loads({delivery.load_id for delivery in deliveries})

    def _remark_on_loads(self, offered: set[str | None]) -> None:
        names = Counter(load.source_file for load in self.loads.values())
        superseders = {known.newer for known in self.known.values() if known.status == SUPERSEDED}
        for load in self.loads.values():
            if names[load.source_file] > 1:
                load.standing.append(Remark("same_name_again"))
            newer = self.known[load.load_id].newer if load.load_id in self.known else None
            if newer:
                other = _named(self.loads[newer])
                load.standing.append(Remark("older_beside", detail=load.newest or "", other=other))
            if load.load_id in superseders and load.newest is None:
                load.standing.append(Remark("age_unknown"))
            if load.load_id not in offered and not load.is_complete:
                load.standing.append(Remark("incomplete_load"))
            elif load.load_id not in offered and not load.is_current(self.reading):
                load.standing.append(Remark("older_declaration"))

    def _accept(self, delivery: Delivery, refused: dict[str, Remark]) -> None:
        """Land the delivery unless its content has landed before; SetAside if it cannot, TooOld if it should not."""
        try:
            load_id = delivery.load_id = content_id(self.inbox / delivery.path)
        except PermissionError:
            raise SetAside.because("no_access") from None
        if load_id in refused:
            raise SetAside(refused[load_id])
        is_taken = delivery.path in self.take
        earlier = self.loads.get(load_id)
        try:
            if not is_taken:
                self._judge(delivery, load_id, self._newest(load_id))
            if earlier and earlier.is_current(self.reading):
                self.say(f"unchanged  {delivery.path}")
            else:
                self._land(delivery, load_id, earlier.source_file if earlier else delivery.path)
        except TooOld:
            if not is_taken:
                raise
        except SetAside as error:
            refused[load_id] = error.reason
            raise
        except (OSError, MemoryError):
            raise
        except Exception as error:  # a format's surprise must not keep the other files from landing
            refused[load_id] = Remark("unexpected", detail=type(error).__name__)
            raise SetAside(refused[load_id]) from error
        if is_taken:
            self._take(delivery, load_id)

    # --- what is older --------------------------------------------------------------------------------------

    def _newest(self, load_id: str | None) -> str | None:
        """The newest record of a content as far as it is known without reading its file."""
        known = self.known.get(load_id)
        if load_id in self.loads:
            return self.loads[load_id].newest
        return known.newest if known and known.reading == self.reading else None

    def _judge(self, delivery: Delivery, load_id: str, newest: str | None) -> None:
        """TooOld where the content is older than what is in force under its name, or than what superseded it."""
        load = self.loads.get(load_id)
        if not self.replaces or (load and load.is_taken):
            return
        others = (load for load in self.loads.values() if load.load_id != load_id)
        rivals = [load for load in others if load.source_file == delivery.path]
        if load_id not in self.loads and load_id in self.known:
            rivals += filter(None, [self._in_force(self.known[load_id].newer)])
        newer = [rival for rival in rivals if is_older(newest, rival.newest)]
        if newer:
            delivery.older_than = max(newer, key=lambda load: load.newest or "").load_id
            raise TooOld.because("older_delivery")

    def _in_force(self, load_id: str | None) -> Load | None:
        """The load, or what has superseded it since; None where that was removed from landing."""
        passed: set[str] = set()
        while load_id and load_id not in self.loads and load_id not in passed:
            passed.add(load_id)
            load_id = self.known[load_id].newer if load_id in self.known else None
        return self.loads.get(load_id)

    def _take(self, delivery: Delivery, load_id: str) -> None:
        """Land a delivery once more, on purpose, where something in force is newer."""
        load, newest = self.loads.get(load_id), self._newest(load_id)
        newer = [other for other in self.loads.values() if is_older(newest, other.newest)]
        if newer and not (load and load.is_taken):
            self._land(delivery, load_id, delivery.path, max(newer, key=lambda other: other.newest or ""))
        delivery.older_than = None

    def _list_known(self, deliveries: list[Delivery]) -> None:
        """Bring the list of known contents up to date, with what each file in force is older than."""
        offered: dict[str | None, Delivery] = {}
        for delivery in deliveries:
            offered.setdefault(delivery.load_id, delivery)
        held = {d.load_id: d.older_than for d in deliveries if d.older_than}
        order = ranked(self.loads.values())
        for rank, load in enumerate(order, 1):
            newer = self._in_force(held.get(load.load_id)) or self._newer_beside(load, order[rank:])
            self.known[load.load_id] = Known(
                load.load_id,
                load.source_file,
                IN_FORCE,
                load.landed_at,
                load.newest,
                load.reading,
                newer.load_id if newer else None,
                str(rank),
            )
        for known in self.known.values():
            known.offered_as = offered[known.load_id].path if known.load_id in offered else None
            if known.status != IN_FORCE and (newer := self._in_force(known.newer)):
                known.newer = newer.load_id
        self._write_known()

    def _newer_beside(self, load: Load, above: list[Load]) -> Load | None:
        """A newer file, landed before, that has a record of this one; looked for once, when the load is new."""
        if load.is_taken:
            return None
        known = self.known.get(load.load_id)
        if known and known.status == IN_FORCE and known.reading == load.reading:
            newer = self._in_force(known.newer)
            return newer if newer and is_older(load.newest, newer.newest) else None
        for other in reversed(above):
            is_newer = other.landed_at < load.landed_at and is_older(load.newest, other.newest)
            if is_newer and share_a_record(load, other, self.table):
                return other
        return None

    def _write_known(self) -> None:
        write_known(self.list, self.table.system, self.table.entity, self.known)

    def _supersede(self, accepted: list[Delivery]) -> None:
        """Each name keeps its newest content; a content that another name still offers passes to it, unless it is older."""
        kept_by_name = {load.source_file: load.load_id for load in ranked(self.loads.values())}
        kept_by_name |= {delivery.path: delivery.load_id for delivery in accepted}
        for load in list(self.loads.values()):
            kept = kept_by_name[load.source_file]
            if kept == load.load_id:
                continue
            heir = next((delivery for delivery in accepted if delivery.load_id == load.load_id), None)
            if heir and (heir.path in self.take or not is_older(load.newest, self.loads[kept].newest)):
                # Should the file have changed just now, the load stays where it is until the next run.
                with suppress(SetAside):
                    self._land(heir, load.load_id, heir.path)
            else:
                self._remove(load, kept)

    # --- one file -------------------------------------------------------------------------------------------

    def _land(self, delivery: Delivery, load_id: str, source_file: str, over: Load | None = None) -> None:
        """Read the delivered file and publish its parts under the name `source_file`, leaving nothing else.

        `over` is what it is older than, where it is taken all the same. It then lands anew.
        """
        try:
            self._read_and_publish(delivery, load_id, source_file, over)
        finally:
            clear_leftovers(self.folder, self.scratch)

    def _read_and_publish(
        self, delivery: Delivery, load_id: str, source_file: str, over: Load | None
    ) -> None:
        started = time.perf_counter()
        path = self.inbox / delivery.path
        before = path.stat()
        self.scratch.mkdir(exist_ok=True)
        parts, remarks = read_file(path, self.table, self.scratch, self.table.encoding, self.totals)
        earlier, known = self.loads.get(load_id), self.known.get(load_id)
        # What is taken on purpose counts before all that landed, also in this run.
        now = _now() if over else self.arrival.of(delivery.path)
        first_seen = (earlier or known).landed_at if earlier or known else now
        if over:
            remarks.append(Remark("older_taken", detail=self._newest(load_id) or "", other=_named(over)))
        elif known and known.status == SUPERSEDED and not earlier:
            remarks.append(Remark("returned"))
        kept = [r for r in earlier.parts[0]["file_remarks"] if r["code"] in _KEPT_REMARKS] if earlier else []
        head: dict[str, Any] = {
            "load_id": load_id,
            "source_file": source_file,
            "landed_at": earlier.landed_at if earlier and not over else now,
            "reading": self.reading,
            "bytes": before.st_size,
            "parts": len(parts),
            "file_remarks": kept + [remark.as_dict() for remark in remarks],
        }
        calendar = Calendar(
            self.project, self.zone.key, self._day(first_seen), self.table.formats.get("day_first")
        )
        load = Load(load_id, source_file, head["landed_at"], self.reading)
        for part in parts:
            final = self.folder / landed_name(load_id, part.number)
            load.files.append(final)
            load.parts.append(
                write_part(part, self.table, temporary_name(final), head, calendar, self.totals)
            )
        after = path.stat()
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
            raise SetAside.because("changing")
        if self.replaces and not load.data_rows and self._had_rows(source_file):
            raise SetAside.because("emptied")
        if not over:
            try:
                self._judge(delivery, load_id, load.newest)
            except TooOld:
                self._remember_older(load, first_seen, delivery.older_than)
                raise
        self.arrival.begin()
        for final in load.files:
            publish(temporary_name(final), final)
        for old in set(earlier.files if earlier else ()) - set(load.files):
            old.unlink()
        self.loads[load_id] = load
        seconds = time.perf_counter() - started
        self.say(f"landed     {delivery.path}: {load.data_rows:,} rows in {seconds:.1f} s")

    def _day(self, moment: str) -> dt.date:
        """The day of a landing where the data set is at home."""
        return dt.datetime.fromisoformat(moment).replace(tzinfo=dt.UTC).astimezone(self.zone).date()

    def _remember_older(self, load: Load, first_seen: str, newer: str | None) -> None:
        known = self.known.get(load.load_id)
        status = known.status if known and known.status == SUPERSEDED else OLDER
        self.known[load.load_id] = Known(
            load.load_id, load.source_file, status, first_seen, load.newest, load.reading, newer
        )

    def _had_rows(self, source_file: str) -> bool:
        return any(load.data_rows for load in self.loads.values() if load.source_file == source_file)

    def _remove(self, load: Load, newer: str) -> None:
        self.known[load.load_id] = Known(
            load.load_id, load.source_file, SUPERSEDED, load.landed_at, load.newest, load.reading, newer
        )
        self._write_known()  # before the files go: a kill must not lose what they were
        for file in load.files:
            file.unlink()
        sync(self.folder)
        del self.loads[load.load_id]
        self.say(f"superseded {load.source_file} (load {load.load_id})")


def _named(load: Load | None) -> str:
    """A load as people know it: its file, and its newest record where one tells."""
    if load is None:
        return ""
    return f"{load.source_file} ({load.newest})" if load.newest else load.source_file
