"""The ledger of erasure: requests that were carried out, and keyed hashes of what stays suppressed."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from customer360.core.data_sets import DataSet
from customer360.core.durable import publish, read_json
from customer360.core.errors import BuildStopped
from customer360.core.warehouse import Warehouse
from customer360.privacy.hashing_key import (
    ENVIRONMENT_VARIABLE,
    key_for,
    key_id,
    keyed_hash,
    session_variables,
)

RETIRED_KEYS = "CUSTOMER360_HMAC_RETIRED_KEYS"
"""Keys of before a rotation, divided by blanks: the ledger cannot be hashed again, as nothing is left to hash."""


HMAC = (
    "sha256(getvariable('customer360_hmac_outer')"
    " || unhex(sha256(getvariable('customer360_hmac_inner') || encode({value}))))"
)
"""The hash of `value` in SQL, with the key that use_key has set."""


class ErasureStopped(BuildStopped):
    """Erasure could not be carried out; the message says why and what to do."""


@dataclass
class Ledger:
    """Requests that were carried out, without a personal value, and the hashes that stay suppressed."""

    file: Path
    requests: list[dict[str, Any]] = field(default_factory=list)
    suppressed: list[dict[str, str]] = field(default_factory=list)

    @classmethod
    def of(cls, warehouse: Warehouse) -> Ledger:
        """The ledger of a warehouse; an empty one where nobody was ever erased."""
        file = warehouse.folder / "erasures" / "ledger.json"
        remedy = "Restore it from a backup: without it erased persons could come back unnoticed"
        content = read_json(file, remedy) if file.is_file() else {}
        return cls(file, content.get("requests", []), content.get("suppressed", []))

    def write(self) -> None:
        """Make it durable; called before a row is touched, so that a kill cannot lose who asked."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        temporary = self.file.with_name(f".{self.file.name}")
        content = {"requests": self.requests, "suppressed": self.suppressed}
        temporary.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
        publish(temporary, self.file)

    @property
    def digest(self) -> str:
        return hashlib.sha256(json.dumps(self.suppressed, sort_keys=True).encode()).hexdigest()[:16]

    @property
    def pending(self) -> list[dict[str, Any]]:
        """Requests whose persons are out of the landed rows and not yet out of every file."""
        return [
            request for request in self.requests if request["action"] == "erased" and not request["proof"]
        ]

    def has(self, request: str) -> bool:
        return any(entry["request"] == request for entry in self.requests)


def hashing_keys(data_set: DataSet, ledger: Ledger) -> dict[str, bytes]:
    """The keys by id that the ledger and new entries are hashed with; the current one comes first.

    Raises ErasureStopped where the ledger was written with a key that is not given any more.
    """
    current = key_for(data_set.name, "yes", os.environ.get(ENVIRONMENT_VARIABLE))
    retired = [key.encode() for key in os.environ.get(RETIRED_KEYS, "").split()]
    keys = {key_id(key): key for key in [current, *retired] if key}
    missing = {entry["key_id"] for entry in ledger.suppressed} - keys.keys()
    if missing:
        raise ErasureStopped(
            f"the list of erased persons was hashed with key {', '.join(sorted(missing))}, which is not given. Put the "
            f"keys of before the rotation into {RETIRED_KEYS}: without them erased persons could come back unnoticed"
        )
    return keys


def erased_among(
    data_set: DataSet, warehouse: Warehouse, ids: Iterable[str], kind: str = "customer"
) -> set[str]:
    """Those of the customers (or of the records: kind `record_id`) who are on the list: a build that failed behind the
    sweep leaves them published."""
    ledger = Ledger.of(warehouse)
    listed = {(entry["key_id"], entry["hash"]) for entry in ledger.suppressed if entry["kind"] == kind}
    if not listed:
        return set()
    keys = hashing_keys(data_set, ledger)
    return {
        name
        for name in ids
        if any((key_name, keyed_hash(key, f"{kind}|{name}")) in listed for key_name, key in keys.items())
    }


def load_suppressed(connection: duckdb.DuckDBPyConnection, ledger: Ledger) -> None:
    """Put the hashes of the ledger into the table `hashed` of a connection."""
    if ledger.suppressed:
        connection.register(
            "entries",
            pa.table({name: [e[name] for e in ledger.suppressed] for name in ("key_id", "kind", "hash")}),
        )
        connection.execute("insert into hashed select distinct key_id, kind, hash from entries")


def use_key(connection: duckdb.DuckDBPyConnection, key: bytes) -> None:
    """Hash with this key in a connection from now on."""
    for name, value in session_variables(key).items():
        connection.execute(f"set variable {name} = ?", [value])


def suppressed_among(
    connection: duckdb.DuckDBPyConnection, keys: Mapping[str, bytes], kind: str, values: str
) -> set[str]:
    """Those of the values of a query that are on the list."""
    found: set[str] = set()
    for name, key in keys.items():
        use_key(connection, key)
        hashed = HMAC.format(value="? || '|' || value")
        found |= {
            value
            for (value,) in connection.execute(
                f"select value from (select distinct value from ({values}) where value is not null)"
                f" where {hashed} in (select hash from hashed where key_id = ? and kind = ?)",
                [kind, name, kind],
            ).fetchall()
        }
    return found


def suppress(
    connection: duckdb.DuckDBPyConnection,
    ledger: Ledger,
    keys: Mapping[str, bytes],
    new: set[tuple[str, str]],
    why: str,
) -> None:
    """Put values on the list, each once."""
    current, key = next(iter(keys.items()))
    use_key(connection, key)
    listed = {(entry["kind"], entry["hash"]) for entry in ledger.suppressed}
    for kind, value in sorted(new):
        (hashed,) = connection.execute(f"select {HMAC.format(value='?')}", [f"{kind}|{value}"]).fetchone()
        if (kind, hashed) not in listed:
            ledger.suppressed.append({"kind": kind, "hash": hashed, "key_id": current, "request": why})
            connection.execute("insert into hashed values (?, ?, ?)", [current, kind, hashed])
