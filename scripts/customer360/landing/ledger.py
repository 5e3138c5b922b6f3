"""What has landed: read back from the landed Parquet files themselves, which are the only record."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from customer360.landing.catalogue import Remark
from customer360.landing.writer import DECLARED, METADATA_KEY


class ForeignFile(Exception):
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
