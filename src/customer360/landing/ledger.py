"""What has landed: read back from the landed Parquet files themselves, which are the only record.

What is not in force any more, or was too old to land, has no landed file. Of `replace` entities, landing/<data set>/loads
lists such contents beside those in force: to know them again, and for the build to show.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from customer360.core.durable import publish
from customer360.core.errors import Stopped
from customer360.core.sources import Table
from customer360.landing.age import is_older
from customer360.landing.catalogue import Remark
from customer360.landing.rows import DATA, KINDS
from customer360.landing.writer import DECLARED, METADATA_KEY, temporary_name


class ForeignFile(Stopped):
    """A Parquet file in a landing folder that landing did not write, or that was damaged afterwards."""


@dataclass
class Load:
    """One landed content: all parts of one file."""

    load_id: str
    source_file: str
    landed_at: str
    reading: str
    parts: list[dict[str, Any]] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)
    standing: list[Remark] = field(default_factory=list)
    """Remarks that today's inbox and declarations bring; the others are stored with the parts."""

    @property
    def newest(self) -> str | None:
        """The newest moment that its records state, None where none does."""
        return max((part["newest"] for part in self.parts if part.get("newest")), default=None)

    @property
    def is_taken(self) -> bool:
        """Whether a person took it on purpose, though it is older than what was in force."""
        return any(remark["code"] == "older_taken" for remark in self.parts[0]["file_remarks"])

    @property
    def data_rows(self) -> int:
        """Rows landed as data, over all parts."""
        return sum(part["rows"]["data"] for part in self.parts)

    @property
    def is_complete(self) -> bool:
        """Whether every part is there; a run killed between two parts leaves an incomplete load."""
        return len(self.parts) == self.parts[0]["parts"]

    def is_current(self, reading: str) -> bool:
        """Whether it is complete and today's declaration and reader would land the same."""
        return self.is_complete and self.reading == reading


@dataclass
class Known:
    """One content of a `replace` entity that landed once or was offered: in force or not.

    `newer` is the load that superseded it, kept it from landing or, where both are in force, counts for what both hold.
    `rank` orders what is in force: of a record in several files the one in the file of the highest rank counts.
    """

    load_id: str
    source_file: str
    status: str
    landed_at: str
    newest: str | None = None
    reading: str = ""
    newer: str | None = None
    rank: str | None = None
    offered_as: str | None = None


IN_FORCE, SUPERSEDED, OLDER = "in_force", "superseded", "older"

_KNOWN = pa.schema(
    [(name, pa.string()) for name in ("source_system", "entity", *(f.name for f in fields(Known)))]
)


def known_file(landing: Path, system: str, entity: str) -> Path:
    """Where the contents of a `replace` entity are listed; two levels deep, where no landed file lies."""
    return landing / "loads" / f"{system}__{entity}.parquet"


def read_known(file: Path) -> dict[str, Known]:
    """The contents that are listed, by load id."""
    if not file.is_file():
        return {}
    names = [f.name for f in fields(Known)]
    return {row["load_id"]: Known(**row) for row in pq.read_table(file, columns=names).to_pylist()}


def write_known(file: Path, system: str, entity: str, known: Mapping[str, Known]) -> None:
    """Write the list durably, unless it says the same already."""
    mark = {"source_system": system, "entity": entity}
    rows = [mark | asdict(known[load_id]) for load_id in sorted(known)]
    table = pa.Table.from_pylist(rows, schema=_KNOWN)
    if file.is_file() and pq.read_table(file).equals(table):
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, temporary_name(file))
    publish(temporary_name(file), file)


def ranked(loads: Iterable[Load]) -> list[Load]:
    """Loads as they count, the last one most: as they landed, but a file stands behind one that says it is newer.

    What was taken on purpose counts as it landed.
    """
    order: list[Load] = []
    for load in sorted(loads, key=lambda load: (load.landed_at, load.source_file, load.load_id)):
        behind = (
            n for n, other in enumerate(order) if not load.is_taken and is_older(load.newest, other.newest)
        )
        order.insert(next(behind, len(order)), load)
    return order


def share_a_record(one: Load, other: Load, table: Table) -> bool:
    """Whether a row of one load has the key of a row of the other.

    Where no `key` is declared, the required columns stand for it, or else all columns.
    """
    key = table.row_key or tuple(column.name for column in table.required) or tuple(table.names)
    return bool(pc.any(pc.is_in(_keys(one, key), _keys(other, key))).as_py())


def _keys(load: Load, key: Sequence[str]) -> pa.ChunkedArray:
    rows = pa.concat_tables(pq.read_table(file, columns=[*key, "_row_kind"]) for file in load.files)
    rows = rows.filter(pc.equal(rows["_row_kind"], KINDS[DATA]))
    columns = [pc.utf8_trim_whitespace(rows[name]) for name in key]
    text = pc.binary_join_element_wise(*columns, "\x1f", null_handling="replace", null_replacement="\0")
    return text.filter(pc.is_valid(pc.coalesce(*columns)))


def content_id(path: Path) -> str:
    """The load id: the first 16 hex digits of the file's SHA-256."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:16]


def landed_name(load_id: str, part: int) -> str:
    """File name of a part: derived from the content alone, so that landing it again overwrites it."""
    return f"{load_id}_{part:02d}.parquet"


def landed_ids(landing: Path) -> set[str]:
    """Load ids of all that has landed in a data set, by file name."""
    return {load_id_of(path) for path in landing.glob("*/*/*.parquet") if path.name != DECLARED}


def load_id_of(path: Path) -> str:
    """The load id of a landed file, of which its name begins."""
    return path.name.partition("_")[0]


def read_ledger(folder: Path) -> dict[str, Load]:
    """Loads in one landing folder by load id."""
    loads: dict[str, Load] = {}
    for path in sorted(folder.glob("*.parquet")):
        if path.name == DECLARED:
            continue
        try:
            about = json.loads((pq.read_metadata(path).metadata or {})[METADATA_KEY])
        except (pa.ArrowException, OSError, KeyError, ValueError):
            raise ForeignFile(
                f"{path} was not written by landing or is damaged. Move it away and land again"
            ) from None
        load = loads.setdefault(
            about["load_id"],
            Load(about["load_id"], about["source_file"], about["landed_at"], about["reading"]),
        )
        load.parts.append(about)
        load.files.append(path)
    return loads
