"""Erasure: who asked to be erased is taken out of the landed rows before a build, and stays out.

Nothing can be deleted from a DuckDB file, so nobody is: the landed files are written again without the person, the next
build starts from them with a new file, and what was built before goes once that build is published. What remains is a
ledger of keyed hashes, by which the person is recognised when a source system delivers him again.

warehouse/<data set>/erasures/ledger.json   requests that were carried out, and the hashes that stay suppressed
warehouse/<data set>/erasures/swept.json    which landed files were looked through with which ledger
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import shutil
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from customer360.core.data_sets import DataSet
from customer360.core.dbt import LEFT_OUT, run_dbt
from customer360.core.durable import publish
from customer360.core.policy import policy_files
from customer360.core.sources import Table, load_sources
from customer360.core.warehouse import Warehouse
from customer360.landing.writer import DECLARED, METADATA_KEY, temporary_name
from customer360.privacy.exports import FOLDER as EXPORTS
from customer360.privacy.exports import REVIEW, remove_all, remove_expired
from customer360.privacy.ledger import (
    HMAC,
    ErasureStopped,
    Ledger,
    erased_among,
    hashing_keys,
    load_suppressed,
    suppress,
    suppressed_among,
    use_key,
)
from customer360.privacy.proof import UNREADABLE, scan
from customer360.privacy.state import read_state

REQUESTS = "erasure_requests"
ERASING = "erasure"
"""The build id of a look for persons: the view of personal values is made for it alone."""

RECORD_ID_COLUMNS = ("record_id", "record_id_a", "record_id_b")
"""Columns in which stewards name a customer record."""

REPORTS, AUDIT = "reports", "audit"
"""Folders of what is made for people; in each, one per data set."""

_RECORD_ID = re.compile(rb"[a-z0-9_]+:[0-9a-f]{24}(?![0-9a-f])")

# --- before a build ----------------------------------------------------------------------------------------


def sweep(
    project: Path,
    data_set: DataSet,
    warehouse: Warehouse,
) -> list[str]:
    """Take everybody who asked for it, or did before, out of the landed rows.

    Looks only where a landed file or the ledger is new since the last sweep. Returns the identifying values that were
    taken out, for the scan after publication; they are kept nowhere. Raises ErasureStopped.
    """
    landing = project / "landing" / data_set.name
    ledger = Ledger.of(warehouse)
    asked = _landed_requests(project, landing)
    if not asked and not ledger.suppressed:
        return []
    mark = ledger.file.with_name("swept.json")
    seen = json.loads(mark.read_text(encoding="utf-8")) if mark.is_file() else {}
    policy = [f for f in policy_files(project, data_set.policy).values() if f.name.startswith("erasure_")]
    now = _state_of(landing, ledger, policy)
    if seen.get("state") == now:
        return []
    if not data_set.personal_data:
        raise ErasureStopped(
            f"{data_set.file}: erasure requests, and `personal_data: none`. Write `personal_data: yes`"
        )
    keys = hashing_keys(data_set, ledger)
    scratch = warehouse.folder / "erasures" / "scratch"
    shutil.rmtree(scratch, ignore_errors=True)
    try:
        read_state(data_set, warehouse, scratch / "state")
        database = scratch / "customer360.duckdb"
        is_new = not set(asked) <= set(seen.get("requests", []))
        # who is one person takes identity resolution; who was erased before is known by hashes
        wanted = "+int_erasure__records" if is_new else "+input__customers"
        words = ["build", "--select", wanted, "erasure_entities", "+personal_values"]
        step = "look for persons to erase"
        if run_dbt(step, data_set, warehouse, words, scratch, ERASING, {LEFT_OUT: "test unit_test"}):
            raise ErasureStopped("persons who asked to be erased could not be looked for; see above")
        taken = _take_out(project, data_set, ledger, keys, database, landing, is_new)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    now = _state_of(landing, ledger, policy)
    temporary = mark.with_name(f".{mark.name}")
    mark.parent.mkdir(parents=True, exist_ok=True)
    temporary.write_text(
        json.dumps({"state": now, "requests": sorted(asked), "open": taken.open}), encoding="utf-8"
    )
    publish(temporary, mark)
    print(taken.told, flush=True)
    return sorted(taken.values)


def _landed_requests(project: Path, landing: Path) -> list[str]:
    """Landed files that hold requests; a name stands for the content as it was delivered."""
    tables = [t for t in load_sources(project).values() if REQUESTS in (t.entity, t.rows)]
    return [
        path.name
        for table in tables
        for path in sorted((landing / table.system / table.entity).glob("*.parquet"))
        if path.name != DECLARED and pq.read_metadata(path).num_rows
    ]


def _state_of(landing: Path, ledger: Ledger, policy: Sequence[Path]) -> str:
    """Changes with every landed file, the ledger, and the policy of erasure."""
    content = hashlib.sha256(ledger.digest.encode())
    for path in sorted(landing.glob("*/*/*.parquet")):
        about = path.stat()
        content.update(f"{path.relative_to(landing)} {about.st_size} {about.st_mtime_ns}\n".encode())
    for path in policy:
        content.update(path.read_bytes())
    return content.hexdigest()


@dataclass
class Taken:
    """What a sweep did."""

    values: set[str] = field(default_factory=set)
    open: list[dict[str, Any]] = field(default_factory=list)
    files: set[str] = field(default_factory=set)
    removed: int = 0
    blanked: int = 0

    @property
    def told(self) -> str:
        waiting = ", ".join(f"{entry['request']} {entry['outcome']}" for entry in self.open)
        return (
            f"erasure: {self.removed} landed rows removed, {self.blanked} emptied of personal values, in"
            f" {len(self.files)} files" + (f"; open requests: {waiting}" if waiting else "")
        )


@dataclass
class _Landed:
    """One landed table: the entities it feeds, the base model that reads it where that was built, what is done with
    rows of an erased person, and which of its columns are keys of customers."""

    table: Table
    entities: set[str]
    base: str | None
    treatment: str
    keys: list[str] = field(default_factory=list)
    customer: str = "source_customer_id"
    """The column of the base model that names a customer record."""

    @property
    def document(self) -> str | None:
        """The column that tells its rows apart, where it is no customer's key: lines and parcels repeat it."""
        own = self.table.row_key
        return own[0] if len(own) == 1 and own[0] not in self.keys else None


def _take_out(
    project: Path,
    data_set: DataSet,
    ledger: Ledger,
    keys: Mapping[str, bytes],
    database: Path,
    landing: Path,
    is_new: bool,
) -> Taken:
    taken = Taken()
    with duckdb.connect(str(database)) as connection:
        connection.execute("set file_search_path = ?", [str(project)])
        tables = _landed_tables(project, connection, data_set, landing)
        connection.execute("create temp table hashed (key_id varchar, kind varchar, hash varchar)")
        if is_new:
            _enter_requests(connection, ledger, keys, taken)
        load_suppressed(connection, ledger)
        _know_again(connection, ledger, keys, tables)
        touched = _rows_to_touch(connection, ledger, keys, tables, taken)
    ledger.write()
    for landed in tables:
        for load_id, rows in touched.get(landed.table.key, {}).items():
            folder = landing / landed.table.system / landed.table.entity
            for path in sorted(folder.glob(f"{load_id}_*.parquet")):
                removed, blanked, source_file = _rewrite(path, landed.table, rows)
                taken.removed += removed
                taken.blanked += blanked
                taken.files |= {source_file} - {""}
    for request in ledger.pending:
        request["files"] = sorted({*request["files"], *taken.files})
        request["rows"] += taken.removed + taken.blanked
    ledger.write()
    return taken


def _landed_tables(
    project: Path, connection: duckdb.DuckDBPyConnection, data_set: DataSet, landing: Path
) -> list[_Landed]:
    """Every landed table with what it feeds, by the lineage that dbt knows.

    Keys of customers are found by name: a column of a table of customers that is their key in the warehouse is the
    customer's key in every table of the system that has it.
    """
    manifest = json.loads((project / "target" / data_set.name / "manifest.json").read_text(encoding="utf-8"))
    treatments = dict(connection.execute("select entity, treatment from policy.erasure_entities").fetchall())
    built = {name for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall()}
    children: dict[str, set[str]] = defaultdict(set)
    for key, node in manifest["nodes"].items():
        if node["resource_type"] == "model":
            for parent in node["depends_on"]["nodes"]:
                children[parent].add(key)
    found = []
    for (system, entity), table in load_sources(project).items():
        entities: set[str] = set()
        reached, next_up = set(), {f"source.customer360.{system}.{entity}"}
        while next_up:
            key = next_up.pop()
            reached.add(key)
            for child in children[key] - reached:
                if manifest["nodes"][child]["fqn"][1] == "staging":
                    next_up.add(child)
                elif manifest["nodes"][child]["fqn"][1] == "input":
                    entities.add(manifest["nodes"][child]["name"].removeprefix("input__"))
        treatment = (
            "remove" if entities and {treatments.get(e) for e in entities} == {"remove"} else "anonymise"
        )
        base = f"base_{system}__{entity}"
        relation = f"read_parquet('{landing / system / entity}/*.parquet', union_by_name = true)"
        connection.execute(f"create schema if not exists raw_{system}")
        connection.execute(f'create view raw_{system}."{entity}" as from {relation}')
        names = (
            _customer_column(connection, table, base) if base in built and "customers" in entities else None
        )
        found.append(
            _Landed(
                table, entities, base if names else None, treatment, customer=names or "source_customer_id"
            )
        )
    keys: dict[str, set[str]] = defaultdict(set)
    for landed in found:
        if landed.base:
            keys[landed.table.system] |= _customer_keys(connection, landed)
    for landed in found:
        landed.keys = sorted(keys[landed.table.system] & set(landed.table.names))
    return found


_SAME_ROW = """
    base.load_id = raw._load_id and base.source_row = raw._source_row
    and base.source_sheet is not distinct from raw._source_sheet
"""


def _customer_column(connection: duckdb.DuckDBPyConnection, table: Table, base: str) -> str | None:
    """The column of a base model that names a customer record; models of a mapping put their entity before it."""
    columns = connection.execute(
        "select list(column_name) from duckdb_columns() where schema_name = 'staging' and table_name = ?",
        [base],
    ).fetchone()
    names = ("source_customer_id", "customers__source_customer_id", f"{table.rows}__source_customer_id")
    return next((name for name in names if name in ((columns and columns[0]) or ())), None)


def _customer_keys(connection: duckdb.DuckDBPyConnection, landed: _Landed) -> set[str]:
    """Columns of a table of customers that hold what the warehouse takes for the customer's key."""
    system, entity = landed.table.key
    tests = ", ".join(f'bool_and(trim(raw."{name}") = base.{landed.customer})' for name in landed.table.names)
    equal = connection.execute(
        f'select {tests} from staging.{landed.base} as base inner join raw_{system}."{entity}" as raw on {_SAME_ROW}'
        f" where base.{landed.customer} is not null"
    ).fetchone()
    return {name for name, is_key in zip(landed.table.names, equal, strict=True) if is_key}


def _enter_requests(
    connection: duckdb.DuckDBPyConnection,
    ledger: Ledger,
    keys: Mapping[str, bytes],
    taken: Taken,
) -> None:
    """Enter new requests with the hashes of all that identifies their persons and nobody else."""
    current, key = next(iter(keys.items()))
    use_key(connection, key)
    rows = connection.execute(
        "select source_system || '|' || source_request_id, outcome, customer_count, received_on"
        " from intermediate.int_erasure__requests order by all"
    ).fetchall()
    done = {entry["request"]: entry for entry in ledger.requests}
    new = []
    for request, outcome, customers, received_on in rows:
        if outcome == "released" and request in done:
            done[request]["action"] = "released"
            ledger.suppressed = [entry for entry in ledger.suppressed if entry["request"] != request]
        elif outcome in ("waiting", "ambiguous"):
            taken.open.append({"request": request, "outcome": outcome, "received_on": str(received_on)})
        elif outcome == "erase" or (outcome == "nobody" and request not in done):
            # a request that leads to somebody is new, whatever its number says
            new.append(request)
            entry = done.get(request)
            if entry is None:
                entry = {"request": request, "records": 0, "rows": 0, "files": []}
                ledger.requests.append(entry)
            entry |= {
                "received_on": str(received_on),
                "erased_on": dt.datetime.now(dt.UTC).date().isoformat(),
                "action": "erased",
                "customers": customers,
                "published": None,
                "proof": None,
            }
    if not new:
        return
    connection.execute("create temp table new_requests as select unnest(?::varchar[]) as request_key", [new])
    connection.execute(
        """
        create temp table new_records as
        select * from intermediate.int_erasure__records where request_key in (from new_requests)
        """
    )
    identifiers = " union ".join(
        f"select request_key, '{kind}' as kind, {column} as value from new_records"
        for kind, column in (
            ("phone", "phone"), ("email", "email"), ("social_id", "unionid"), ("social_id", "member_no"),
            ("id_number", "id_number_hash"),
        )
    )  # fmt: skip
    others = " union ".join(
        f"select '{kind}' as kind, {column} as value from others"
        for kind, column in (
            ("phone", "phone"), ("email", "email"), ("social_id", "unionid"), ("social_id", "member_no"),
            ("id_number", "id_number_hash"),
        )
    )  # fmt: skip
    connection.execute(
        f"""
        create temp table entered as
        with
        others as (
            from input.input__customers anti join new_records using (source_system, source_customer_id)
        ),
        asked as (
            select source_system || '|' || source_request_id as request_key, phone, email
            from intermediate.int_erasure__requests
            where source_system || '|' || source_request_id in (from new_requests)
        ),
        identifiers as (
            {identifiers}
            union select request_key, 'phone', phone from asked
            union select request_key, 'email', email from asked
        ),
        exclusive as (from identifiers anti join ({others}) as others using (kind, value))
        from exclusive where value is not null
        union select request_key, 'record', source_system || '|' || source_customer_id from new_records
        union select request_key, 'record_id', record_id from new_records
        union select request_key, 'customer', customer_id from new_records
        """
    )
    taken.values |= {
        value
        for (value,) in connection.execute(
            """
            with others as (from intermediate.int_customers__ids anti join new_records using (record_id))
            select value from entered where kind in ('record_id', 'customer')
            except select unnest([record_id, customer_id]) from others
            """
        ).fetchall()
    }
    hashed = HMAC.format(value="kind || '|' || value")
    for request, kind, digest in connection.execute(
        f"select request_key, kind, {hashed} from entered where value is not null order by all"
    ).fetchall():
        ledger.suppressed.append({"kind": kind, "hash": digest, "key_id": current, "request": request})
    counts = dict(connection.execute("select request_key, count(*) from new_records group by 1").fetchall())
    for entry in ledger.requests:
        if entry["request"] in new:
            entry["records"] = counts.get(entry["request"], 0)


def _know_again(
    connection: duckdb.DuckDBPyConnection,
    ledger: Ledger,
    keys: Mapping[str, bytes],
    tables: Sequence[_Landed],
) -> None:
    """Landed values that are on the list, as table `known`; whoever is a customer by one of them, under whatever key,
    goes on the list with that key."""
    connection.execute(
        "create temp table known (source_system varchar, entity varchar, load_id varchar, source_sheet varchar,"
        " source_row bigint, value varchar)"
    )
    for kind in ("phone", "email", "social_id", "id_number"):
        held = suppressed_among(
            connection,
            keys,
            kind,
            f"select value from restricted.personal_values where value_type = '{kind}'",
        )
        connection.execute(
            "insert into known select source_system, entity, load_id, source_sheet, source_row, value"
            " from restricted.personal_values where value_type = ? and list_contains(?, value)",
            [kind, sorted(held)],
        )
    new: set[tuple[str, str]] = set()
    for landed in tables:
        if landed.base:
            new |= {
                ("record", f"{landed.table.system}|{value}")
                for (value,) in connection.execute(
                    f"""
                    select distinct base.{landed.customer} from staging.{landed.base} as base
                    inner join known
                        on known.source_system = ? and known.entity = ? and base.load_id = known.load_id
                        and base.source_sheet is not distinct from known.source_sheet
                        and base.source_row = known.source_row
                    where base.{landed.customer} is not null
                    """,
                    list(landed.table.key),
                ).fetchall()
            }
    suppress(connection, ledger, keys, new, "known again")


Rows = dict[tuple[str | None, int], tuple[bool, set[str]]]
"""By sheet and row: whether the row goes, else the keys in it that go."""


def _rows_to_touch(
    connection: duckdb.DuckDBPyConnection,
    ledger: Ledger,
    keys: Mapping[str, bytes],
    tables: Sequence[_Landed],
    taken: Taken,
) -> dict[tuple[str, str], dict[str, Rows]]:
    """The landed rows of persons on the list, by table and load."""
    touched: dict[tuple[str, str], dict[str, Rows]] = defaultdict(lambda: defaultdict(dict))

    def touch(table: tuple[str, str], rows: Iterable[tuple], goes: bool) -> None:
        for load_id, sheet, row, key in rows:
            already, held = touched[table][load_id].get((sheet, row), (False, set()))
            touched[table][load_id][sheet, row] = (already or goes, held | ({key} if key else set()))

    def rows_with(landed: _Landed, column: str, kinds: Sequence[tuple[str, str]]) -> list[tuple]:
        system, entity = landed.table.key
        found = []
        for kind, prefix in kinds:
            value = f"'{prefix}' || trim(\"{column}\")"
            held = suppressed_among(
                connection, keys, kind, f'select {value} as value from raw_{system}."{entity}"'
            )
            if held:
                found += connection.execute(
                    f'select _load_id, _source_sheet, _source_row, trim("{column}") from raw_{system}."{entity}"'
                    f" where list_contains(?, {value})",
                    [sorted(held)],
                ).fetchall()
        return found

    documents: set[tuple[str, str]] = set()
    for landed in tables:
        system, entity = landed.table.key
        goes = landed.treatment == "remove"
        hits = [
            row for column in landed.keys for row in rows_with(landed, column, [("record", f"{system}|")])
        ]
        for column in set(RECORD_ID_COLUMNS) & set(landed.table.names):
            hits += rows_with(landed, column, [("record", f"{system}|"), ("record_id", "")])
        if landed.base:  # a key that is made of several columns
            held = suppressed_among(
                connection,
                keys,
                "record",
                f"select '{system}|' || {landed.customer} as value from staging.{landed.base}",
            )
            hits += connection.execute(
                f"select load_id, source_sheet, source_row, null from staging.{landed.base}"
                f" where list_contains(?, '{system}|' || {landed.customer})",
                [sorted(held)],
            ).fetchall()
        touch(landed.table.key, hits, goes)
        if hits and landed.document and not goes:
            connection.execute(
                "create or replace temp table hit (load_id varchar, sheet varchar, row_number bigint)"
            )
            connection.executemany("insert into hit values (?, ?, ?)", [row[:3] for row in hits])
            documents |= {
                ("document", f"{system}|{landed.document}|{value}")
                for (value,) in connection.execute(
                    f'''
                    select distinct trim("{landed.document}") from raw_{system}."{entity}" as raw
                    inner join hit on raw._load_id = hit.load_id and raw._source_row = hit.row_number
                        and raw._source_sheet is not distinct from hit.sheet
                    where "{landed.document}" is not null
                    '''
                ).fetchall()
            }
        known = connection.execute(
            "select load_id, source_sheet, source_row, null, value from known where source_system = ? and entity = ?",
            [system, entity],
        ).fetchall()
        taken.values |= {value for *_, value in known}
        touch(landed.table.key, [row[:4] for row in known], goes)
    # lines and parcels repeat the number of the document that the person is gone from; only those with personal columns
    repeated = {landed.document for landed in tables if landed.document}
    parts = [
        (landed, column)
        for landed in tables
        for column in repeated & set(landed.table.names)
        if column != landed.document and any(c.pii for c in landed.table.columns)
    ]
    named = {(landed.table.system, column) for landed, column in parts}
    suppress(
        connection, ledger, keys, {d for d in documents if tuple(d[1].split("|")[:2]) in named}, "document of"
    )
    for landed, column in parts:
        rows = rows_with(landed, column, [("document", f"{landed.table.system}|{column}|")])
        touch(landed.table.key, [(*row[:3], None) for row in rows], False)
    return touched


def _rewrite(path: Path, table: Table, rows: Rows) -> tuple[int, int, str]:
    """Write a landed file again: rows removed, rows emptied, and the file of the inbox that it came from.

    A row keeps its number, its amounts and its dates. A file without one of the rows stays as it is.
    """
    if not path.is_file():
        return 0, 0, ""
    content = pq.read_table(path)
    places = list(zip(content["_source_sheet"].to_pylist(), content["_source_row"].to_pylist(), strict=True))
    gone = [place in rows and rows[place][0] for place in places]
    emptied = [place in rows and not rows[place][0] for place in places]
    personal = {column.name for column in table.columns if column.pii} | (
        # columns that nobody declared may hold anything
        {name for name in content.column_names if name not in set(table.names) and not name.startswith("_")}
    )
    columns, changed = {}, any(gone)
    for name in content.column_names:
        values = content[name].to_pylist() if not name.startswith("_") and any(emptied) else None
        if values is not None:
            kept = [
                None
                if is_emptied and value is not None and (name in personal or value.strip() in rows[place][1])
                else value
                for place, is_emptied, value in zip(places, emptied, values, strict=True)
            ]
            changed |= kept != values
            columns[name] = pa.array(kept, content.schema.field(name).type)
        else:
            columns[name] = content[name]
    if not changed:
        return 0, 0, ""
    about = json.loads((content.schema.metadata or pq.read_metadata(path).metadata)[METADATA_KEY])
    result = pa.table(columns, schema=content.schema.remove_metadata()).filter(
        pa.array([not g for g in gone])
    )
    about["rows"]["data"] -= sum(gone)
    about["erased_rows"] = about.get("erased_rows", 0) + sum(gone) + sum(emptied)
    temporary = temporary_name(path)
    with pq.ParquetWriter(temporary, result.schema, compression="zstd", compression_level=3) as writer:
        writer.write_table(result)
        writer.add_key_value_metadata({METADATA_KEY: json.dumps(about, ensure_ascii=False).encode()})
    publish(temporary, path)
    return sum(gone), sum(emptied), about["source_file"]


# --- after a publication ------------------------------------------------------------------------


def _remove_made(project: Path, data_set: DataSet, warehouse: Warehouse) -> list[str]:
    """Remove reports, pages and workbooks of the data set, which show the customers of before; their names.

    A workbook of the audit holds the work of its reviewers: it goes where it names a record of an erased person, or
    where that cannot be seen.
    """
    removed = []
    for folder in (REPORTS, AUDIT):
        for file in sorted((project / folder / data_set.name).rglob("*")):
            if not file.is_file():
                continue
            if folder == AUDIT:
                records = _record_ids(file)
                if records is not None and not erased_among(data_set, warehouse, records, "record_id"):
                    continue
            file.unlink()
            removed.append(str(file.relative_to(project)))
    return removed


def _record_ids(file: Path) -> set[str] | None:
    """Record ids in a workbook or text; None where it cannot be read."""
    try:
        contents = [file.read_bytes()]
        if contents[0].startswith(b"\xd0\xcf\x11\xe0"):  # of before 2007, or with a password
            return None
        if contents[0].startswith(b"PK"):
            with zipfile.ZipFile(file) as archive:
                contents = [archive.read(member) for member in archive.infolist()]
    except UNREADABLE:
        return None
    return {found.decode() for content in contents for found in _RECORD_ID.findall(content)}


def finish(project: Path, data_set: DataSet, warehouse: Warehouse, values: Sequence[str]) -> None:
    """After a publication: remove every older file that may hold an erased person, scan what is left, and record it.

    Raises ErasureStopped where a file still holds one of `values` or cannot be read; the message names files and columns.
    """
    remove_expired(project, data_set, warehouse)
    ledger = Ledger.of(warehouse)
    current = warehouse.current()
    if current is None or not (ledger.pending or values):
        return
    for folder in (*warehouse.versions.glob("*"), *warehouse.builds.glob("*")) if ledger.pending else ():
        if folder.name != current.name:
            shutil.rmtree(folder)
    if ledger.pending:
        removed = remove_all(project, data_set, warehouse) + _remove_made(project, data_set, warehouse)
        if removed:
            print(f"erasure: removed, to be made again from what is published now: {', '.join(removed)}")
    shutil.rmtree(warehouse.folder / "try", ignore_errors=True)
    roots = [
        project / name / data_set.name
        for name in ("warehouse", "landing", "target", "logs", REPORTS, AUDIT, EXPORTS, REVIEW)
    ] + [project / "warehouse" / "dev"]  # where dbt by hand builds
    proof = scan(roots, values)
    searched = len(values) - proof.too_short
    short = f"; {proof.too_short} too short to be searched for" if proof.too_short else ""
    for request in ledger.pending:
        request["published"] = current.name
        if not (proof.found or proof.unread):
            request["proof"] = (
                "scanned" if searched else "built from landed rows without the person"
            ) + short
    ledger.write()
    stopped = []
    if proof.found:
        stopped += ["a person who asked to be erased is still in:", *proof.found[:20]]
    if proof.unread:
        stopped += [
            "files that cannot be read may hold a person who asked to be erased (close or remove them):",
            *proof.unread[:20],
        ]
    if stopped:
        raise ErasureStopped("published, but " + "\n  ".join(stopped))
    print(f"erasure: {searched} values of erased persons are in no file of this data set{short}")


# --- what a person asks ------------------------------------------------------------------------------------


def listing(data_set: DataSet, warehouse: Warehouse) -> str:
    """Every request with what was done; numbers of requests and names of files, no person."""
    ledger = Ledger.of(warehouse)
    lines = [
        f"{entry['request']}: received {entry['received_on']}, {entry['action']} {entry['erased_on']},"
        f" {entry['customers']} customers, {entry['records']} records, {entry['rows']} landed rows;"
        f" {'gone from every file, ' + entry['proof'] if entry['proof'] else 'waits for the next publication'}"
        for entry in ledger.requests
    ]
    mark = ledger.file.with_name("swept.json")
    for entry in json.loads(mark.read_text(encoding="utf-8")).get("open", []) if mark.is_file() else []:
        lines.append(f"{entry['request']}: received {entry['received_on']}, open: {entry['outcome']}")
    inbox = data_set.project / "inbox" / data_set.name
    named = sorted({file for entry in ledger.requests for file in entry["files"]})
    there = [file for file in named if (inbox / file).is_file()]
    if there:
        lines.append("")
        lines.append(
            "Files as delivered that held a person; mend them at the source, then remove them from the inbox:"
        )
        lines += [f"  {(inbox / file).relative_to(data_set.project)}" for file in there]
    return "\n".join(lines) or "nobody has asked to be erased"
