"""Keys of customer records: personal where they hold a name, a mail address or a telephone number, and not where they are
mere numbers or codes. Which of them it is, the values prove.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import duckdb

from customer360.core.sources import CODES, Column, Table
from customer360.onboarding.mapping import OPEN, Contract, contracts_of, is_customer_key
from customer360.onboarding.relations import model_of

_CODE = re.compile(r"[A-Za-z]{0,8}(?:[-_./#:]?(?:[0-9]+[A-Za-z]{0,3}|[A-Za-z]{1,3}[0-9]+))+")
"""Digits, with few letters among them: 1042, K-00017, cus_8Yx3, DE12-7781."""
_RANDOM = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}|[0-9a-f]{24,64}", re.IGNORECASE)
"""UUIDs and hashes."""
_REACHES_SOMEBODY = re.compile(
    r"(?:\+|00)[0-9]{7,}"  # with a calling code
    r"|(?:86)?1[3-9][0-9]{9}"  # a mobile of China
    r"|0[0-9]{8,11}"  # with a trunk prefix
    r"|1?[2-9][0-9]{2}[2-9][0-9]{6}"  # North America
    r"|[0-9]{15}|[0-9]{17}[0-9Xx]"  # an ID number of China
)
_BETWEEN_DIGITS = re.compile(r"(?<=[0-9])[-. /()]+(?=[0-9])")


def is_opaque(value: str) -> bool:
    """Whether a key says nothing of a person: a number or a code that is no telephone or ID number."""
    text = value.strip()
    if _RANDOM.fullmatch(text):
        return True
    return bool(_CODE.fullmatch(text)) and not _REACHES_SOMEBODY.fullmatch(_BETWEEN_DIGITS.sub("", text))


def are_opaque(values: Iterable[str]) -> bool:
    """Whether there are values, and none of them says anything of a person."""
    found = {value for value in values if value and value.strip()}
    return bool(found) and all(map(is_opaque, found))


def _unproven(table: Table, contracts: Mapping[str, Contract]) -> Iterable[tuple[str, Column]]:
    """Columns that are keys of customers and that the mapping does not call personal, each with its place in the base model."""
    contracts = contracts_of(table, contracts)
    for column in table.columns:
        for target in column.maps_to:
            entity, _, name = target.partition(".")
            if not column.pii and entity in contracts and is_customer_key(contracts[entity], name):
                yield f"{entity}__{name}", column


def _landed(table: Table) -> str:
    return f"staging.{model_of(table)}" if table.relation else f'"{table.system}"."{table.entity}"'


def personal_keys(
    connection: duckdb.DuckDBPyConnection, tables: Sequence[Table], contracts: Mapping[str, Contract]
) -> list[str]:
    """Keys of customers that hold what is personal and are not declared so, as lines to show; no value. Landed files are
    looked for where the connection's search path says."""
    lines = []
    for table in tables:
        if table.rows in (None, OPEN, CODES):
            continue
        for named, column in _unproven(table, contracts):
            rows = connection.execute(
                f"""
                select distinct base.{named}
                from staging.base_{table.system}__{table.entity} as base
                inner join {_landed(table)} as landed
                    on base.load_id = landed._load_id and base.source_row = landed._source_row
                    and base.source_sheet is not distinct from landed._source_sheet
                -- a guest is known by what another column tells
                where base.{named} = trim(landed."{column.name}")
                """
            ).fetchall()
            told = sum(not is_opaque(value) for (value,) in rows)
            if told:
                error = column.place.wrong(
                    "maps_to",
                    f"{told:,} of {len(rows):,} keys may be a name, a mail address or a telephone number 键可能含个人信息",
                    "Write `pii: name` beside maps_to",
                    f"{table.system}.{table.entity}.{column.name}",
                )
                lines.append(f"  {error}")
    if lines:
        lines.insert(0, "keys that are personal 含个人信息的键:")
    return lines
