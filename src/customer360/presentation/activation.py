"""Activation: the published lists of whom to contact, as files for those who do it.

A list says who might be contacted on the as-of date. Before a row is written, what was agreed is looked at again, with
all that has arrived since: what somebody takes back counts from the moment it is known, whatever its date.

activation/<data set>/<publication id>/<strategy>.csv             keyed ids
activation/<data set>/<publication id>/<strategy>.addresses.csv   the same with the address of the channel
warehouse/<data set>/exports.jsonl                                every export and removal: counts, no customer
"""

from __future__ import annotations

import csv
import datetime as dt
import getpass
import hashlib
import os
import shutil
import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from customer360.core import reading
from customer360.core.data_sets import DataSet
from customer360.core.dbt import LEFT_OUT, dbt_command, dbt_environment
from customer360.core.durable import add_line, lines_of, publish
from customer360.core.errors import Stopped
from customer360.core.steps import own_command
from customer360.core.warehouse import Warehouse
from customer360.landing.ledger import load_id_of
from customer360.landing.writer import DECLARED
from customer360.presentation.for_people import areas_left_out, require_area
from customer360.privacy.exports import FOLDER, as_text, log_of, now, remove_expired
from customer360.privacy.hashing_key import ENVIRONMENT_VARIABLE, key_for, key_id, keyed_hash, require_key
from customer360.privacy.ledger import erased_among

COLUMNS = (
    "keyed_id", "on_behalf_of", "key_id", "strategy", "strategy_zh", "strategy_en", "channel", "channel_zh", "channel_en",
    "contact_address", "reason_zh", "reason_en", "offer_zh", "offer_en", "valid_until_on", "owner",
)  # fmt: skip
"""Columns of an exported file; contact_address only where it was asked for. `keyed_id` is who is contacted, `on_behalf_of` the
organisation for which, empty where people are asked for themselves."""

SPOKEN = ("input__consents", "input__erasure_requests", "input__customers")
"""Where people say what they agree to, and what they take back."""


class NoExport(Stopped):
    """Nothing can be exported; the message says why and what to do."""


# --- what may go out ---------------------------------------------------------------------------------------

_LISTS = """
create table lists as
select
    contact_id as customer_id, nullif(customer_id, contact_id) as organisation_id,
    strategy, strategy_zh, strategy_en, channel, channel_zh, channel_en, consent_purpose,
    consent_channel, reason_zh, reason_en, offer_zh, offer_en, owner, as_of_on, valid_until_on
from published.marts.activation
where list_status = 'listed'
union all
select
    triggers.contact_id, nullif(triggers.customer_id, triggers.contact_id),
    triggers.trigger_code, triggers.trigger_zh, triggers.trigger_en, channels.channel,
    labels.label_zh, labels.label_en, triggers.consent_purpose, channels.consent_channel,
    triggers.trigger_zh, triggers.trigger_en, triggers.action_zh, triggers.action_en, triggers.owner,
    triggers.as_of_on, triggers.valid_until_on
from published.marts.trigger_lists as triggers
left join build.policy.service_mode_channels as channels
    on triggers.service_mode = channels.service_mode
    and (
        not triggers.needs_consent
        or list_contains(string_split(triggers.consented_channels, ', '), channels.consent_channel)
    )
left join build.policy.marketing_labels as labels
    on labels.list_code = 'contact_channel' and channels.channel = labels.code
where triggers.list_status = 'listed'
"""
"""Rows of both kinds of lists, by who is contacted; those of a trigger on the channels by which the customer is served."""

_JUDGED = """
create table judged as
with
suppressed as (
    select customer_id, purpose, min(reason) as reason
    from fresh.intermediate.int_marketing__suppressions
    group by customer_id, purpose
),
held as (
    select customer_id, purpose, channel, is_granted
    from fresh.intermediate.int_marketing__consents
    where valid_from_on <= $on and valid_to_on > $on
),
last_word as (
    select customer_id, purpose, channel, is_granted
    from fresh.intermediate.int_marketing__consents
    qualify row_number() over (partition by customer_id, purpose, channel order by valid_to_on desc) = 1
)
select
    lists.*,
    addresses.contact_address,
    case
        when erased.customer_id is not null then 'erasure_requested'
        when coalesce(suppressed.reason, left_alone.reason) is not null
            then coalesce(suppressed.reason, left_alone.reason)
        when lists.channel is null then 'no_channel'
        when held.customer_id is null and purposes.needs_consent is not false then 'no_consent'
        when not held.is_granted or not last_word.is_granted then 'consent_withdrawn'
        when lists.valid_until_on < $on then 'expired'
        when $with_addresses and addresses.contact_address is null then 'no_address'
    end as reason
from lists
left join erased on erased.customer_id in (lists.customer_id, lists.organisation_id)
left join build.policy.consent_purposes as purposes on lists.consent_purpose = purposes.purpose
left join suppressed
    on lists.customer_id = suppressed.customer_id and lists.consent_purpose = suppressed.purpose
left join suppressed as left_alone
    on lists.organisation_id = left_alone.customer_id and lists.consent_purpose = left_alone.purpose
left join held
    on lists.customer_id = held.customer_id and lists.consent_purpose = held.purpose
    and lists.consent_channel = held.channel
left join last_word
    on lists.customer_id = last_word.customer_id and lists.consent_purpose = last_word.purpose
    and lists.consent_channel = last_word.channel
left join build.restricted.contact_addresses as addresses
    on lists.customer_id = addresses.customer_id and lists.channel = addresses.channel
"""
"""Each row with the first reason that keeps it back. A suppression, and a last word that refuses, count whatever their
date: nobody is written to between taking back and its day."""


def export(
    project: Path,
    data_set: DataSet,
    warehouse: Warehouse,
    strategy: str | None = None,
    kind: str = "csv",
    with_addresses: bool = False,
    on: dt.date | None = None,
) -> list[dict[str, Any]]:
    """Write one file per strategy and trigger (or the one named); the entries of the log. Call it under the lock.

    `on` is the day as of which consents hold; by default the lists' own as-of date. Raises NoExport, KeyRefused,
    ErasureStopped; nothing is written then.
    """
    require_key(data_set)
    remove_expired(project, data_set, warehouse)
    remedy = f"Run: make build DATA={data_set.name}"
    current = warehouse.current()
    if current is None:
        raise NoExport(f"nothing is published yet. {remedy}")
    built = warehouse.builds / current.name / "customer360.duckdb"
    if not built.is_file():
        raise NoExport(
            f"the build file of {current.name}, which holds, is kept no longer, and what was agreed cannot be looked"
            f" at again. {remedy}"
        )
    key = key_for(
        data_set.name, "yes" if data_set.personal_data else "none", os.environ.get(ENVIRONMENT_VARIABLE)
    )
    with duckdb.connect() as connection:
        reading.attach(connection, current / "published" / "customer360.duckdb", "published")
        reading.attach(connection, built, "build")
        try:
            require_area(data_set, areas_left_out(warehouse), "marketing")
            connection.execute(_LISTS)
            used = connection.execute("select min(key_id) from build.restricted.contact_addresses").fetchone()
        except (duckdb.CatalogException, duckdb.BinderException):
            raise NoExport(f"{current.name} was built before lists could be exported. {remedy}") from None
        if key and used[0] not in (None, key_id(key)):
            raise NoExport(
                f"{current.name} was built with the key {used[0]}, and {ENVIRONMENT_VARIABLE} holds {key_id(key)}:"
                f" keyed ids would lead nowhere. {remedy}"
            )
        wanted = _names(connection)
        if strategy and strategy not in wanted:
            raise NoExport(
                f"no list is for {strategy!r}. Lists of {current.name}: {', '.join(wanted) or 'none'}"
            )
        (as_of,) = connection.execute("select max(as_of_on) from lists").fetchone()
        if as_of and on and on < as_of:
            raise NoExport(f"the lists are as of {as_of} and say nothing of {on}")
        customers = [
            c
            for (c,) in connection.execute(
                "select customer_id from lists union select organisation_id from lists where organisation_id is not null"
            ).fetchall()
        ]
        connection.execute(
            "create table erased as select unnest($ids::varchar[]) as customer_id",
            {"ids": sorted(erased_among(data_set, warehouse, customers))},
        )
        _land(project, data_set)
        with _as_of_now(project, data_set, warehouse, built) as fresh:
            if fresh != built:
                reading.attach(connection, fresh, "fresh")
            connection.execute(
                _JUDGED if fresh != built else _JUDGED.replace("fresh.", "build."),
                {"on": on or as_of, "with_addresses": with_addresses},
            )
            if fresh != built:
                connection.execute("detach fresh")
        about = {
            "data_set": data_set.name,
            "publication": current.name,
            "on": str(on or as_of) if as_of else None,
            "format": kind,
            "with_addresses": with_addresses,
            "key_id": key_id(key) if key else None,
        }
        return [
            _write(connection, project, warehouse, name, about, key)
            for name in ([strategy] if strategy else wanted)
        ]


def _names(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Strategies and triggers that somebody is for, listed or held back."""
    return [
        name
        for (name,) in connection.execute(
            "select strategy from published.marts.strategy_assignments"
            " union select trigger_code from published.marts.trigger_lists order by all"
        ).fetchall()
    ]


def _land(project: Path, data_set: DataSet) -> None:
    """Land what lies in the inbox: a request that nobody has landed counts as well."""
    done = subprocess.run(
        own_command("land", "--data", data_set.name),
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NoExport(
            "not every file of the inbox could be landed, and one may hold a refusal:\n"
            f"{(done.stdout + done.stderr).strip()[-2000:]}"
        )


@contextmanager
def _as_of_now(project: Path, data_set: DataSet, warehouse: Warehouse, built: Path) -> Iterator[Path]:
    """A database whose consents and suppressions know all that has landed: the build file, or a copy of it in which
    they were built again, gone afterwards."""
    with reading.connect(built) as connection:
        seen = {load for (load,) in connection.execute("select load_id from quality.load_history").fetchall()}
    landing = project / "landing" / data_set.name
    new = {
        path.parent.relative_to(landing).parts
        for path in landing.glob("*/*/*.parquet")
        if path.name != DECLARED and load_id_of(path) not in seen
    }
    if not new:
        yield built
        return
    print("files have landed since the build: what is agreed is looked at again", flush=True)
    folder = warehouse.folder / "try" / FOLDER
    shutil.rmtree(folder, ignore_errors=True)  # of an export that was killed
    folder.mkdir(parents=True)
    try:
        copy = Path(shutil.copyfile(built, folder / built.name))
        touched = [
            f"source:{system}.{entity}+,+{model}" for system, entity in sorted(new) for model in SPOKEN
        ]
        command = dbt_command(
            data_set, "build", "--select", *touched, "int_marketing__suppressions", "int_marketing__consents",
        )  # fmt: skip
        done = subprocess.run(
            [*command, "--target-path", f"{folder}/target", "--log-path", f"{folder}/logs"],
            cwd=project,
            env={
                **os.environ,
                **dbt_environment(project, copy, built.parent.name, built.parent / "state"),
                LEFT_OUT: "test unit_test",
            },
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise NoExport("what has landed since the build could not be read. Build again: it says why")
        yield copy
    finally:
        shutil.rmtree(folder)


def _write(
    connection: duckdb.DuckDBPyConnection,
    project: Path,
    warehouse: Warehouse,
    strategy: str,
    about: dict[str, Any],
    key: bytes | None,
) -> dict[str, Any]:
    """Write the file of one list and its line in the log, the line first: no file without its line."""
    chosen = [name for name in COLUMNS if name != "contact_address" or about["with_addresses"]]
    answer = connection.execute(
        "select * from judged where strategy = ? order by customer_id, organisation_id, channel", [strategy]
    )
    names = [name for name, *_ in answer.description]
    rows: list[list[Any]] = []
    channels: dict[str, dict[str, Any]] = defaultdict(lambda: {"rows": 0, "left_out": Counter()})
    for values in answer.fetchall():
        row = dict(zip(names, values, strict=True))
        counted = channels[row["channel"] or "none"]
        if row["reason"]:
            counted["left_out"][row["reason"]] += 1
            continue
        counted["rows"] += 1
        row |= {
            name: keyed_hash(key, f"activation|{row[column]}") if key and row[column] else row[column]
            for name, column in (("keyed_id", "customer_id"), ("on_behalf_of", "organisation_id"))
        }
        row["key_id"] = about["key_id"]
        rows.append([row[name] for name in chosen])
    folder = project / FOLDER / about["data_set"] / about["publication"]
    for part in (folder.parent.parent, folder.parent, folder):
        part.mkdir(mode=0o700, exist_ok=True)
    file = folder / f"{strategy}{'.addresses' if about['with_addresses'] else ''}.{about['format']}"
    temporary = file.with_name(f".{file.name}")
    if about["format"] == "csv":
        # the mark at the beginning lets spreadsheets read Chinese
        with temporary.open("w", encoding="utf-8-sig", newline="") as opened:
            writer = csv.writer(opened)
            writer.writerow(chosen)
            writer.writerows(map(as_text, row) for row in rows)
    else:
        schema = pa.schema([(name, pa.date32() if name.endswith("_on") else pa.string()) for name in chosen])
        columns = list(zip(*rows, strict=True)) or [()] * len(chosen)
        pq.write_table(pa.table(columns, schema=schema), temporary, compression="zstd")
    temporary.chmod(0o600)
    entry = {
        "event": "exported",
        "at": now(),
        "who": getpass.getuser(),
        "publication": about["publication"],
        "strategy": strategy,
        "file": str(file.relative_to(project)),
        "on": about["on"],
        "with_addresses": about["with_addresses"],
        "key_id": about["key_id"],
        "rows": len(rows),
        "channels": {
            channel: {"rows": counted["rows"], "left_out": dict(sorted(counted["left_out"].items()))}
            for channel, counted in sorted(channels.items())
        },
        "sha256": hashlib.sha256(temporary.read_bytes()).hexdigest(),
    }
    add_line(log_of(warehouse), entry)
    publish(temporary, file)
    return entry


def _text(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


# --- what a person asks ------------------------------------------------------------------------------------


def exported(warehouse: Warehouse) -> list[dict[str, Any]]:
    """Every export and removal so far."""
    return lines_of(log_of(warehouse))


def summary(entries: Sequence[dict[str, Any]]) -> str:
    """Per file and channel: rows, and who was left out for which reason."""
    lines = []
    for entry in entries:
        if entry["event"] == "removed":
            lines.append(f"{entry['at']}  removed for {entry['why']}: {', '.join(entry['files'])}")
            continue
        if entry["event"] == "review_page":
            lines.append(
                f"{entry['at']}  {entry['file']}: {entry['rows']} pairs with full values, by {entry['who']}"
            )
            continue
        lines.append(
            f"{entry['at']}  {entry['file']}: {entry['rows']} rows as of {entry['on']}, by {entry['who']},"
            f" key {entry['key_id'] or 'none'}"
        )
        for channel, counted in entry["channels"].items():
            out = ", ".join(f"{count} {reason}" for reason, count in counted["left_out"].items())
            lines.append(
                f"    {channel:8} {counted['rows']:>8,} rows" + (f"; left out: {out}" if out else "")
            )
    return "\n".join(lines) or "nothing was exported yet"
