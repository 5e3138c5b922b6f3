"""Staging by mapping: what `maps_to` in a source declaration may say, checked against the input contract.

Here is what makes a mapping wrong and what is still open in it; `mapped_models` writes the models from it.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from customer360.core.countries import as_country, load_countries
from customer360.core.declarations import DeclarationError, read_yaml
from customer360.core.policy import BASE, policy_table
from customer360.core.sources import CODES, RETURNS, Column, Table, rules_of

OPEN = "todo"
"""Stands where somebody still has to decide."""

NOT_MAPPED = "none"

CURRENCY = re.compile(r"[A-Z]{3}")

BESIDE_THE_CONTRACT = {"region": "province_code", "currency": "document_amount|amount"}
"""Targets that may be no columns: a place to look up and a currency to compare; with a column the entity must have."""

BY_SIGN = "by_sign"

BEYOND = {"at_least": "<", "at_most": ">", "above": "<=", "below": ">="}
"""Words of a rule that bounds a column, and how a value that breaks it compares."""

_TARGET = re.compile(r"[a-z_]+\.[a-z_0-9]+")
_FORMATS = {
    "decimal": lambda value: value in ("comma", "point"),
    "day_first": lambda value: isinstance(value, bool),
}
_JOINABLE = ("varchar", "date", "timestamp")
_ONE_MORE = re.compile(r"[a-z]+(?:_[a-z]+)*")
_DOCUMENTS = ("orders", "order_items")
_ONCE = (*_DOCUMENTS, "customers")
"""Input entities of which a row holds one at most: the records of two would have the same keys."""


@dataclass(frozen=True)
class Contract:
    """One entity of the input layer as models/input/_input__models.yml declares it."""

    entity: str
    types: Mapping[str, str]
    pii: Mapping[str, str]
    key: tuple[str, ...]
    filled: tuple[str, ...]
    accepted: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    descriptions: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    """Text column → its class: personal, words or key (macros/privacy/personal_text.sql)."""
    label_zh: str = ""
    label_en: str = ""
    bounds: Mapping[str, tuple[tuple[str, str | float], ...]] = field(default_factory=dict)
    """Column → words of rules_hold that bound it (`at_least`), each with a number or another column."""

    @property
    def required(self) -> tuple[str, ...]:
        """Columns without which no row can be accepted; staging itself knows when a row was landed."""
        lines = ("source_product_id",) if self.entity == "order_items" else ()
        return tuple(dict.fromkeys(c for c in (*self.key, *self.filled, *lines) if c != "landed_on"))

    def takes(self, column: str) -> bool:
        """Whether `maps_to: <entity>.<column>` means something."""
        beside = BESIDE_THE_CONTRACT.get(column)
        return column in self.types or bool(beside and set(beside.split("|")) & set(self.types))


def load_contracts(project: Path) -> dict[str, Contract]:
    """The entities of the input layer by name, without the prefix input__."""
    contracts = {}
    for model in read_yaml(project / "models" / "input" / "_input__models.yml")["models"]:
        entity = model["name"].removeprefix("input__")
        tested = next(t["rules_hold"] for t in model["data_tests"] if "rules_hold" in t)
        columns = [c for c in model["columns"] if c["name"] != "source_system"]
        accepted = {
            column["name"]: tuple(rule["values"])
            for column in columns
            for rule in rules_of(column)
            if isinstance(rule, dict) and "values" in rule
        }
        contracts[entity] = Contract(
            entity,
            {c["name"]: c["data_type"] for c in columns},
            {c["name"]: pii for c in columns if (pii := c.get("config", {}).get("meta", {}).get("pii"))},
            tuple(c for c in tested["arguments"]["key"] if c != "source_system"),
            tuple(c["name"] for c in columns if "not_null" in rules_of(c)),
            accepted,
            {c["name"]: c["description"] for c in columns},
            {
                c["name"]: "personal"
                if (meta := c.get("config", {}).get("meta", {})).get("pii")
                else meta.get("text")
                for c in columns
                if c["data_type"] == "varchar"
            },
            model["config"]["meta"]["label_zh"],
            model["config"]["meta"]["label_en"],
            {
                column["name"]: bounds
                for column in columns
                if (
                    bounds := tuple(
                        (word, told)
                        for rule in rules_of(column)
                        if isinstance(rule, dict) and "where" not in rule
                        for word, told in rule.items()
                        if word in BEYOND
                    )
                )
            },
        )
    return contracts


def contracts_of(table: Table, contracts: Mapping[str, Contract]) -> dict[str, Contract]:
    """The contracts of what a mapped table offers, under the names that its mapping has for it. A list of codes offers
    its own columns."""
    named = {name: contracts[entity] for name, entity in table.also.items() if entity in contracts}
    if table.rows == CODES:
        told = {"landed_on": "Day on which the file was landed."}
        told |= {column: f"Column {column} of the list." for column in table.names}
        types = {**dict.fromkeys(table.names, "varchar"), "landed_on": "date"}
        named[CODES] = Contract(CODES, types, {}, table.row_key, (), descriptions=told)
    return {**contracts, **named}


def targets_of(table: Table) -> dict[str, set[str]]:
    """What a mapped table offers: input entity → columns that are mapped or constant."""
    offered: dict[str, set[str]] = {}
    for target in (*(t for column in table.columns for t in column.maps_to), *table.constants):
        if target not in (OPEN, NOT_MAPPED):
            entity, _, column = target.partition(".")
            offered.setdefault(entity, set()).add(column)
    return offered


def check_mapping(table: Table, contracts: Mapping[str, Contract]) -> None:
    """DeclarationError at the first thing in a mapping that can mean nothing."""
    places_of = {column.name: column.place for column in table.columns}
    _check_one_more(table, contracts)
    contracts = contracts_of(table, contracts)

    def wrong(where: str, key: str, at: str, problem: str, remedy: str) -> DeclarationError:
        """What is wrong with a key of the table, or of the column `where`."""
        whole = f"{table.system}.{table.entity}.{at}"
        return places_of.get(where, table.place).wrong(key, problem, remedy, whole)

    if table.rows not in (None, OPEN) and table.rows not in contracts:
        problem, remedy = f"{table.rows!r} is no input entity", f"Use one of: {', '.join(contracts)}"
        raise wrong("", "rows", "rows", problem, remedy)
    formats = [("", key, value) for key, value in table.formats.items()]
    formats += [
        (column.name, key, value)
        for column in table.columns
        for read in (column, *column.own.values())
        for key, value in read.formats.items()
    ]
    countries = load_countries(table.file.parents[3])
    for where, key, value in formats:
        at = f"{where}.{key}" if where else key
        if key == "phone_country":
            if str(value) not in (OPEN, NOT_MAPPED) and str(as_country(value)) not in countries:
                remedy = "Write its ISO 3166 code: phone_country: DE"
                raise wrong(where, key, at, f"{value!r} is no country", remedy)
        elif value != OPEN and not _FORMATS[key](value):
            remedy = "Write decimal: comma, day_first: true"
            raise wrong(where, key, at, f"{value!r} means nothing", remedy)
    places = [(column.name, target) for column in table.columns for target in column.maps_to]
    sources: dict[str, list[str]] = {}
    for where, target in (*places, *(("constants", target) for target in table.constants)):
        if target in (OPEN, NOT_MAPPED) and where != "constants":
            continue
        entity, _, name = target.partition(".")
        if not _TARGET.fullmatch(target) or entity not in contracts or not contracts[entity].takes(name):
            known = [f"{e}.{column}" for e, contract in contracts.items() for column in contract.types]
            near = difflib.get_close_matches(target, [*known, NOT_MAPPED, OPEN], 1)
            raise wrong(
                where,
                "constants" if where == "constants" else "maps_to",
                f"{where}: {target}",
                "is no column of the input contract",
                (f"Did you mean {near[0]}? " if near else "")
                + "Write <entity>.<column> as models/input/_input__models.yml lists them, none or todo",
            )
        sources.setdefault(target, []).append(where)
    for target, value in table.constants.items():
        if target.endswith(".currency") and value != OPEN and not CURRENCY.fullmatch(value):
            problem, remedy = f"{value!r} is no currency", "Write its ISO 4217 code: EUR"
            raise wrong("", "constants", f"constants: {target}", problem, remedy)
    for target, columns in sources.items():
        entity, _, name = target.partition(".")
        kind = contracts[entity].types.get(name, "varchar")
        if len(columns) > 1 and ("constants" in columns or not (kind in _JOINABLE or is_amount(kind))):
            where = next(column for column in reversed(columns) if column != "constants")
            at = f"{', '.join(columns)}: {target}"
            raise wrong(where, "maps_to", at, "mapped more than once", "Keep one of them")
    for column in table.columns:
        for target in column.maps_to:
            entity, _, name = target.partition(".")
            pii = contracts[entity].pii.get(name) if entity in contracts else None
            # whether a key is personal its values tell (customer_keys)
            if pii and not column.pii and not is_customer_key(contracts[entity], name):
                remedy = f"Write `pii: {pii}` beside maps_to"
                raise wrong(column.name, "maps_to", column.name, f"{target} is personal", remedy)
    _check_reading(table, contracts)


def is_customer_key(contract: Contract, column: str) -> bool:
    """Whether a personal column of the contract is the key of a customer record."""
    return (
        column in contract.pii and column.startswith(("source_", "parent_source_")) and column.endswith("_id")
    )


def is_amount(kind: str) -> bool:
    """Whether values of this type of the contract are money: amounts and prices, which may add up."""
    return kind in ("decimal(18,2)", "decimal(18,4)")


def _check_reading(table: Table, contracts: Mapping[str, Contract]) -> None:
    """DeclarationError at the first thing said of the reading of a column, or of the rows, that can mean nothing."""
    meta = table.place
    if table.rows == CODES and not table.row_key:
        raise meta.wrong(
            "key", "the list does not say what tells its rows apart", "Write key: [<column>, ...]"
        )
    for one in table.filters:
        reasons = _reasons(table)
        if one.reason not in reasons:
            near = difflib.get_close_matches(one.reason, reasons, 1)
            raise meta.wrong(
                "rows_where",
                f"{one.reason!r} is no reason of quarantine_reasons.csv",
                f"Did you mean {near[0]}?" if near else "Use one of them, or add a row",
            )
    for column in table.columns:
        for target in column.maps_to:
            if target in (OPEN, NOT_MAPPED):
                continue
            entity, _, name = target.partition(".")
            read, kind = column.read_for(target), contracts[entity].types.get(name, "varchar")
            _check_column(table, read, entity, kind)
            if read.system and (
                name != "source_customer_id" or table.also.get(entity, entity) == "customers"
            ):
                raise read.place.wrong(
                    "system",
                    f"{target} names no customer record of another system",
                    "Write it where the target is the source_customer_id of orders, surveys, campaign_contacts ...",
                )
            if name == "region" and (read.when or read.fallback):
                key = "when" if read.when else "fallback"
                raise read.place.wrong(
                    key, "is not read at a region", "Remove it, or map a column of its own"
                )
            if read.fallback and all(
                c.read_for(target).fallback for c in table.columns if target in c.maps_to
            ):
                raise read.place.wrong("fallback", f"nothing else is mapped to {target}", "Remove it")


def _check_one_more(table: Table, contracts: Mapping[str, Contract]) -> None:
    """DeclarationError at the first name that the table has for one more entity and that can mean nothing."""
    can = [entity for entity in contracts if entity not in _ONCE]
    for name, entity in table.also.items():
        if not _ONE_MORE.fullmatch(name) or name == CODES or name in contracts:
            remedy = "Choose a name of small letters that no input entity has"
            raise table.place.wrong("also", f"{name!r} is no name for one more {entity}", remedy)
        if entity not in can:
            remedy = f"Use one of: {', '.join(can)}"
            raise table.place.wrong("also", f"{entity!r} cannot stand in a row once more", remedy)


def _check_column(table: Table, column: Column, entity: str, kind: str) -> None:
    """DeclarationError at the first thing said of how a column is read for a target that can mean nothing."""
    place = column.place
    for condition in column.when:
        if condition.column not in table.names:
            near = difflib.get_close_matches(condition.column, table.names, 1)
            remedy = f"Did you mean {near[0]}?" if near else "Name one that is declared under `columns`"
            raise place.wrong("when", f"{condition.column!r} is no column of {table.entity}", remedy)
    is_number = kind.startswith("decimal") or kind in ("integer", "bigint", "double")
    if column.factor is not None and not is_number:
        raise place.wrong("factor", "the target is no number", "Remove it, or map the column to a number")
    if column.per_line and not (entity == "orders" and table.rows == "order_items" and is_amount(kind)):
        remedy = "Write it where rows are order lines, at an amount of orders"
        raise place.wrong("per_line", "is no part of an amount of a document", remedy)
    if column.negate == RETURNS:
        if entity not in _DOCUMENTS or not kind.startswith("decimal"):
            raise place.wrong("negate", "is no amount of a document", "Write true, or leave it out")
        if table.constants.get("orders.document_kind") == BY_SIGN:
            remedy = "Map a column to orders.document_kind, or remove negate"
            raise place.wrong("negate", "returns are told by their sign here", remedy)
    elif column.negate and not is_number:
        raise place.wrong("negate", "the target is no number", "Remove it")


def _reasons(table: Table) -> set[str]:
    """Reason codes of the base policy and of those that companies decided."""
    project = table.file.parents[3]
    own = (file.parent.name for file in project.glob("policies/*/quarantine_reasons.csv"))
    return {
        row["reason_code"]
        for policy in (BASE, *own)
        for _, row in policy_table(project, policy, "quarantine_reasons", ("reason_code",)).rows
    }


def open_points(table: Table, contracts: Mapping[str, Contract], offered_beside: set[str]) -> list[str]:
    """What still has to be decided before the table can be built, as lines to show; empty where it is complete.

    `offered_beside` are the input entities that other tables of the same system offer.
    """
    at = f"{table.system}.{table.entity}"
    contracts = contracts_of(table, contracts)
    points = []
    if table.rows == OPEN:
        points.append(f"{at}: rows: which entity is one row?")
    points += [f"{at}: {key}" for key, value in table.formats.items() if value == OPEN]
    points += [
        f"{at}.{c.name}: {key}" for c in table.columns for key, value in c.formats.items() if value == OPEN
    ]
    points += [f"{at}.{c.name}: maps_to" for c in table.columns if OPEN in c.maps_to]
    points += [
        f"{at}.{c.name}: values: {word}"
        for c in table.columns
        for read in (c, *c.own.values())
        for word, meaning in read.words.items()
        if meaning == OPEN
    ]
    points += [f"{at}: constants: {target}" for target, value in table.constants.items() if value == OPEN]
    offered = targets_of(table)
    rows = table.rows
    if rows not in contracts or rows == CODES:
        return points
    missing = [
        f"{rows}.{column}" for column in contracts[rows].required if column not in offered.get(rows, ())
    ]
    for entity in offered.keys() - {rows}:
        key = contracts[entity].key
        if table.also.get(entity) == rows and len(key) == 1 and key[0] not in offered[entity]:
            continue  # it shares the key of the row
        columns = (*contracts[entity].key, *contracts[entity].required)
        missing += [f"{entity}.{c}" for c in dict.fromkeys(columns) if c not in offered[entity]]
    lines = offered.get("order_items", set())
    if rows == "order_items":
        missing = [target for target in missing if target != "order_items.source_line_id"]
        if "amount" not in lines and "unit_price" in lines and "discount_amount" not in lines:
            missing = [target for target in missing if target != "order_items.amount"]
        if "orders" not in offered.keys() | offered_beside:
            missing.append("orders.source_order_id")
    if table.constants.get("orders.document_kind") == BY_SIGN and rows == "orders":
        missing += ["orders.document_amount"] if "document_amount" not in offered["orders"] else []
    return points + [f"{at}: nothing maps to {target}" for target in dict.fromkeys(missing)]


def require_complete(tables: Iterable[Table], contracts: Mapping[str, Contract]) -> None:
    """DeclarationError that lists everything still open in the mappings of these tables."""
    tables = [table for table in tables if table.rows]
    points = []
    for table in tables:
        check_mapping(table, contracts)
        beside = {e for t in tables if t.system == table.system and t is not table for e in targets_of(t)}
        points += open_points(table, contracts, beside)
    if points:
        raise DeclarationError(
            tables[0].file,
            "mapping",
            f"{len(points)} points are open 映射尚未完成:\n  " + "\n  ".join(points) + "\n",
            "Decide each in the models/staging/<system>/_<system>__sources.yml of its system",
        )
