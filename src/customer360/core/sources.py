"""The source tables that the project declares in models/staging/<system>/_<system>__sources.yml.

dbt reads the same files; what landing needs beside dbt's own keys stands under `config.meta`.
"""

from __future__ import annotations

import codecs
import difflib
import hashlib
import html
import json
import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from customer360.core.declarations import Place, read_keys

PII_CLASSES = frozenset(
    {"name", "phone", "email", "id_number", "address", "birth_date", "social_id", "free_text"}
)
LOADS = ("replace", "append")
"""How files arrive: a newer file takes the place of the older one of its name, or adds to it."""

_SNAKE_CASE = re.compile(r"[a-z][a-z0-9_]*")
# Marks that take no room: byte order marks, zero-width and direction marks.
_INVISIBLE = re.compile(r"[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]")
_BESIDE_CHINESE = re.compile(r"(?<=[\u3040-\u30ff\u3400-\u9fff]) | (?=[\u3040-\u30ff\u3400-\u9fff])")
_WRAPPING = "=\"'`\u2018\u2019\u201c\u201d "
# What people add to a heading without changing its meaning: marks of a mandatory field, a closing colon.
_MARKS = re.compile(r"\((?:必填|选填|必填项|可选|required|optional)\)|[*:]+$|^[*]+")
_DATE_NAME = re.compile(r"(?:^|_)(?:date|at|on|birthday)$")
# What has happened when the record is written: no such date is planned, and none is of before the record's time.
_HAPPENED = re.compile(
    r"(?:^|_)(?:updated?|changed?|modified|edited|created|added|entered|recorded|registered|imported|order|ordered|sold|sale"
    r"|invoice|invoiced|booked|posted|paid|refunded|shipped|delivered|received|reviewed|decided|answered|requested"
    r"|followed|unfollowed|unsubscribed|signed|visited|occurred|seen|login)_(?:at|on|date|time)(?:_utc|_ms)?$"
)


def as_seen(text: str) -> str:
    """A text as people see it on one line: no invisible marks, one space for each line break or run of blanks."""
    return " ".join(_INVISIBLE.sub("", text).split())


def comparable(text: str) -> str:
    """The form under which texts of a file are compared with known words: as seen, NFKC, case-folded, and without
    blanks beside Chinese and Japanese characters, where they only lay out a column."""
    return _BESIDE_CHINESE.sub("", as_seen(unicodedata.normalize("NFKC", text)).casefold())


def heading_key(heading: str) -> str:
    """The form under which headings are compared: `comparable`, without marks of a mandatory field and without what
    programs wrap around a text (quotes, ="...", HTML escapes)."""
    return _MARKS.sub("", comparable(html.unescape(heading)).strip(_WRAPPING)).strip()


@dataclass(frozen=True)
class Condition:
    """Whether the words of a column are among those listed, whatever their case, or are not (`negated`)."""

    column: str
    words: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True)
class NameList:
    """A landed list that names the codes of a column: which of its columns hold code and name, and which of its rows
    belong to this column. Where nothing is said, the code is what is left of the key of the list, and the name is the
    column beside the key."""

    table: str
    code: str | None
    name: str | None
    where: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class Filter:
    """A condition that the rows of a table fulfil which are records of its entity; `reason` is why others are none."""

    condition: Condition
    reason: str


@dataclass(frozen=True)
class Column:
    """One declared column and the headings under which files offer it.

    `maps_to` are the columns of the input contract that it becomes where the table is staged by mapping, `words`
    what the words in it mean.
    """

    name: str
    headings: tuple[str, ...] = ()
    required: bool = False
    pii: str | None = None
    data_type: str | None = None
    maps_to: tuple[str, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)
    negate: bool | str = False
    """Whether a positive number in the file is meant as a negative one: RETURNS, on returns alone."""
    factor: Decimal | None = None
    """What its numbers are multiplied by: 0.01 where they are in cents."""
    fallback: bool = False
    """Whether it is read only where the other columns of its target are empty."""
    per_line: bool = False
    """Whether it is the part of a line in an amount of the whole document."""
    when: tuple[Condition, ...] = ()
    """Conditions without which nothing stands in it."""
    names: NameList | None = None
    """The list that names its codes."""
    system: str | None = None
    """The system whose customer records it names, where that is another one."""
    own: Mapping[str, Column] = field(default_factory=dict)
    """Target → the column as this target reads it, where it says something of its own."""
    formats: Mapping[str, object] = field(default_factory=dict)
    """`decimal` and `day_first`, where they differ from those of the table."""
    place: Place | None = field(default=None, compare=False, repr=False)
    """Where its meta is declared, to name what is wrong with it."""

    def read_for(self, target: str) -> Column:
        """The column as one of its targets reads it."""
        return self.own.get(target, self)

    @property
    def holds_dates(self) -> bool:
        """Whether a bare number in a workbook is a date serial here: by `data_type`, else by name."""
        if self.data_type:
            return self.data_type.lower().startswith(("date", "timestamp"))
        return bool(_DATE_NAME.search(self.name))

    @property
    def tells_age(self) -> bool:
        """Whether its newest value is as new as the file: by its name, or by what it is mapped to. A date of birth, the
        end of a contract or a promised day is not."""
        names = (self.name, *(target.partition(".")[2] for target in self.maps_to))
        return self.pii is None and any(map(_HAPPENED.search, names))


@dataclass(frozen=True)
class Table:
    """One declared source table: `system` is the dbt source, `entity` the table in it."""

    system: str
    entity: str
    columns: tuple[Column, ...]
    file: Path
    rows: str | None = None
    """The input entity that each row is, where the table is staged by mapping (docs/bring-your-data.md)."""
    row_key: tuple[str, ...] = ()
    """Columns that tell the rows of the system apart, where it says so; the demo company stays true to them."""
    constants: Mapping[str, str] = field(default_factory=dict)
    formats: Mapping[str, object] = field(default_factory=dict)
    declared_dated_by: tuple[str, ...] | None = None
    """`dated_by` as declared; empty where nothing in the file tells its age."""
    load: str | None = None
    """One of LOADS; None where it is not declared, as of a table in NOT_LANDED."""
    encoding: str | None = None
    """What text files are in where they are not UTF-8; None leaves it to detection."""
    staged: str | None = None
    """The staging model whose rows are the accepted rows of the table."""
    family: str | None = None
    """Family of data that the rows count as in the quality measures."""
    customer_key: str | None = None
    """The column of the base model that names a customer record, where rows describe or name one."""
    order_key: str | None = None
    """The column of the base model that names the order of a line, where rows are order lines."""
    also: Mapping[str, str] = field(default_factory=dict)
    """Name → input entity of which each row holds one more: the second question of a survey."""
    filters: tuple[Filter, ...] = ()
    """What is true of the rows that are records of the entity."""
    time_zone: str | None = None
    """Zone of the times that name none; None is the data set's own."""
    place: Place | None = field(default=None, compare=False, repr=False)
    """Where its meta is declared, to name what is wrong with it."""
    relation: str | None = None
    """Where its rows come from if not from files: SOURCE, what dbt's own keys name; else a `ref` as Jinja."""
    loaded_at: str | None = None
    """When a row of the relation was loaded: a column or an expression (dbt's loaded_at_field)."""

    @property
    def key(self) -> tuple[str, str]:
        return self.system, self.entity

    @property
    def replaces(self) -> bool:
        """Whether a newer file of the same name supersedes the older one."""
        return self.load == "replace"

    @cached_property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    @property
    def relation_columns(self) -> dict[str, str]:
        """Column → its name in the relation: its first heading, where it has one."""
        return {column.name: (*column.headings, column.name)[0] for column in self.columns}

    @cached_property
    def by_heading(self) -> dict[str, Column]:
        """Comparison key of every accepted heading → column."""
        return {
            heading_key(heading): column
            for column in self.columns
            for heading in (column.name, *column.headings)
        }

    @cached_property
    def required(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.required)

    @cached_property
    def asked(self) -> frozenset[str]:
        """Columns that decide how the rows or other columns are read."""
        read = [one for column in self.columns for one in (column, *column.own.values())]
        return frozenset(
            condition.column
            for condition in (*(f.condition for f in self.filters), *(c for one in read for c in one.when))
        )

    @cached_property
    def dated_by(self) -> tuple[str, ...]:
        """Columns whose newest value says how old a file is."""
        if self.declared_dated_by is not None:
            return self.declared_dated_by
        return tuple(column.name for column in self.columns if column.tells_age)

    @cached_property
    def fingerprint(self) -> str:
        """Changes whenever the declaration would land the same file differently."""
        shape = [
            (c.name, sorted(map(heading_key, c.headings)), c.required, c.holds_dates) for c in self.columns
        ]
        shape += [self.dated_by, self.formats.get("day_first")]
        return hashlib.sha256(json.dumps(shape).encode()).hexdigest()[:16]


STATE = "state"
"""The source that earlier builds write."""

TRUTH = "truth"
"""The source of labelled data, kept apart from what systems say."""

LANDING = "landing"
"""The source in which landing says what it knows of the files."""

NOT_LANDED = (STATE, TRUTH, LANDING)
"""Sources that no system delivers."""

SOURCE = "source"
"""`relation` of a table whose rows dbt's own keys name: database, schema, identifier, or an external location."""

RESERVED = frozenset(
    {
        "erasure",
        "input",
        "intermediate",
        "main",
        "marts",
        "policy",
        "publication",
        "quality",
        "restricted",
        "staging",
    }
)
"""Schemas of the project. Each source has a schema of its own name, so none may be called like one of these."""


def load_sources(project: Path) -> dict[tuple[str, str], Table]:
    """Every declared source table that is landed, by (system, entity).

    Raises DeclarationError on anything that landing or dbt could not use.
    """
    return {key: table for key, table in _load_all(project).items() if key[0] not in NOT_LANDED}


def load_tables(project: Path, source: str) -> list[Table]:
    """The declared tables of a source in NOT_LANDED.

    Raises DeclarationError on anything that landing or dbt could not use.
    """
    return [table for key, table in _load_all(project).items() if key[0] == source]


# What dbt knows of sources, their tables and columns (https://docs.getdbt.com/reference/source-properties): the rest of a
# declaration is read by dbt alone.
_DBT = {
    "name",
    "description",
    "config",
    "meta",
    "tags",
    "data_tests",
    "tests",
    "quoting",
    "freshness",
    "loaded_at_field",
}
_SOURCE = _DBT | {"tables", "schema", "database", "loader", "overrides", "loaded_at_query"}
_TABLE = _DBT | {"columns", "identifier", "external", "loader", "loaded_at_query"}
_COLUMN = _DBT | {"data_type", "quote", "constraints", "granularity"}
CODES = "codes"
"""`rows` of a landed list that names the codes of other tables."""

RETURNS = "returns"
"""`negate` of what returns state as positive numbers."""

NOT_OF_THE_ENTITY = "not_a_record"
"""Reason of a row that a filter of the mapping leaves out, where it names none."""

_TABLE_META = {
    *("also", "rows_where", "time_zone"),
    *("rows", "key", "constants", "decimal", "day_first", "phone_country", "load", "encoding", "dated_by"),
    *("staged", "family", "customer_key", "order_key", "grain", "owner"),
    *("relation", "external_location", "formatter"),
}
_OF_FILES = ("load", "encoding", "dated_by")
"""Meta of tables whose rows come in files."""
_READING = {
    "values",
    "negate",
    "decimal",
    "day_first",
    "factor",
    "fallback",
    "per_line",
    "when",
    "names_from",
    "system",
}
_COLUMN_META = {"headers", "required", "pii", "maps_to", "rules"} | _READING


def _load_all(project: Path) -> dict[tuple[str, str], Table]:
    tables: dict[tuple[str, str], Table] = {}
    for file in sorted((project / "models" / "staging").glob("*/_*__sources.yml")):
        top = read_keys(file, "Start with `version: 2`")
        top.only({"version", "sources"})
        for source in top.places("sources"):
            source.only(_SOURCE)
            system = _name(source, "sources")
            if system in RESERVED:
                raise source.wrong(
                    "name", f"{system!r} is a schema of the project", "Choose another name", at="sources"
                )
            zone = _meta(source, system, {"attach", "time_zone"}).time_zone("time_zone")
            for declared in source.places("tables"):
                table = _table(declared, system, source, zone)
                if table.key in tables:
                    raise declared.wrong(
                        "name",
                        f"already declared in {tables[table.key].file}",
                        "Keep one of the two declarations",
                        at=f"{system}.{table.entity}",
                    )
                tables[table.key] = table
    systems = {system for system, _ in tables}
    for table in tables.values():
        for read in (read for column in table.columns for read in (column, *column.own.values())):
            if read.system and (read.system == table.system or read.system not in systems):
                others = ", ".join(sorted(systems - {table.system, *NOT_LANDED}))
                raise read.place.wrong(
                    "system", f"{read.system!r} is no other system", f"Use one of: {others}"
                )
    for key, table in tables.items():
        if any(read.names for column in table.columns for read in (column, *column.own.values())):
            columns = (
                replace(
                    _with_names(column, table, tables),
                    own={target: _with_names(own, table, tables) for target, own in column.own.items()},
                )
                for column in table.columns
            )
            tables[key] = replace(table, columns=tuple(columns))
    return tables


def _with_names(column: Column, table: Table, tables: Mapping[tuple[str, str], Table]) -> Column:
    """A column with the list that names its codes as a whole. DeclarationError where there is no such list, or it has not the
    columns that are said."""
    names = column.names
    if names is None:
        return column
    lists = [t.entity for t in tables.values() if t.system == table.system and t.rows == CODES]
    if names.table not in lists:
        told = (
            f"one of: {', '.join(lists)}" if lists else f"a table of {table.system} that says rows: {CODES}"
        )
        raise column.place.wrong("names_from", f"{names.table!r} is no list of codes", f"Name {told}")
    codes = tables[table.system, names.table]
    known = codes.names
    told = {condition.column for condition in names.where}
    code = [names.code] if names.code else [name for name in codes.row_key if name not in told]
    name = [names.name] if names.name else [name for name in known if name not in codes.row_key]
    for key, found in (("code", code), ("name", name)):
        if len(found) != 1:
            raise column.place.wrong(
                "names_from",
                f"several columns of {names.table} may hold the {key}"
                if found
                else f"{names.table} has no {key}",
                f"Write {key}: <column>; or say what tells its rows apart (key) and which rows are meant (where)",
            )
    names = replace(names, code=code[0], name=name[0])
    for name in (names.code, names.name, *(condition.column for condition in names.where)):
        if name not in known:
            raise column.place.wrong(
                "names_from",
                f"{name!r} is no column of {table.system}.{names.table}",
                f"Name one of: {', '.join(known)}",
            )
    return replace(column, names=names)


def _name(declared: Place, at: str) -> str:
    name = declared.content.get("name")
    if not isinstance(name, str) or not _SNAKE_CASE.fullmatch(name):
        raise declared.wrong(
            "name", f"{name!r} is no usable name", "Use snake_case beginning with a letter", at=at
        )
    return name


def rules_of(column: Mapping[str, Any]) -> list[Any]:
    """The rules that YAML or the manifest states of a column: words, mappings of words, conditions (rules_hold.sql)."""
    meta = (column.get("config") or {}).get("meta") or column.get("meta") or {}
    return list(meta.get("rules") or ())


def _meta(declared: Place, at: str, known: Collection[str]) -> Place:
    """What is said under config.meta, or under meta."""
    config = declared.place("config", at)
    meta = (config if config.content.get("meta") else declared).place("meta", at)
    meta.only(known)
    return meta


def _table(declared: Place, system: str, source: Place, zone: str | None) -> Table:
    entity = _name(declared, f"{system}.tables")
    at = f"{system}.{entity}"
    declared = replace(declared, at=at)
    declared.only(_TABLE)
    columns = tuple(_column(column, at) for column in declared.places("columns"))
    if not columns:
        raise declared.wrong("name", "no columns", "List the columns that files may offer", at=at)
    seen: dict[str, str] = {}
    for column in columns:
        for key in {heading_key(h) for h in (column.name, *column.headings)}:
            if key in seen:
                raise column.place.wrong(
                    "name",
                    f"heading {key!r} already leads to column {seen[key]}",
                    "Keep it at one column",
                    at=f"{at}.{column.name}",
                )
            seen[key] = column.name
    meta = _meta(declared, at, _TABLE_META)
    load = meta.content.get("load")
    if load not in (None, *LOADS):
        raise meta.wrong("load", f"{load!r} is unknown", "Write load: replace or load: append")
    for key in ("key", "dated_by"):
        for name in _named(meta, key):
            if name not in {column.name for column in columns}:
                near = difflib.get_close_matches(name, [column.name for column in columns], 1)
                raise meta.wrong(
                    key,
                    f"{name!r} is no column of {at}",
                    f"Did you mean {near[0]}?"
                    if near
                    else "List the columns as they are declared under `columns`",
                )
    dated_by = meta.content.get("dated_by")
    if dated_by is not None and not isinstance(dated_by, list):
        raise meta.wrong(
            "dated_by",
            f"{dated_by!r} is no list of its columns",
            "List the columns whose newest date tells how old a file is; [] where none does",
        )
    relation = _relation(meta)
    zone = meta.time_zone("time_zone") or zone
    if zone and not meta.content.get("rows"):
        remedy = "Write rows: <entity>, or remove it"
        raise meta.wrong("time_zone", "is read where a mapping says what the rows are", remedy)
    return Table(
        system,
        entity,
        columns,
        declared.file,
        meta.text("rows"),
        _named(meta, "key"),
        _texts(meta, "constants"),
        {key: meta.content[key] for key in ("decimal", "day_first", "phone_country") if key in meta.content},
        None if dated_by is None else tuple(map(str, dated_by)),
        load,
        _encoding(meta),
        meta.text("staged"),
        meta.text("family"),
        meta.text("customer_key"),
        meta.text("order_key"),
        _texts(meta, "also"),
        _filters(meta, {column.name for column in columns}),
        zone,
        meta,
        relation,
        _loaded_at(declared, source) if relation else None,
    )


_REF = re.compile(r"ref\(\s*(['\"])(\w+)\1\s*(?:,\s*(['\"])(\w+)\3\s*)?\)")


def _relation(meta: Place) -> str | None:
    """Where the rows of a table come from, if not from files."""
    said = meta.text("relation")
    if said is None:
        return None
    found = _REF.fullmatch(said.strip())
    if said != SOURCE and not found:
        raise meta.wrong(
            "relation",
            f"{said!r} names no relation",
            f"Write relation: {SOURCE} (database, schema and identifier stand where dbt has them), or"
            " relation: ref('their_project', 'their_model')",
        )
    for key in _OF_FILES:
        if key in meta.content:
            raise meta.wrong(key, "is said of files, and the rows come from a relation", "Remove it")
    if not found:
        return SOURCE
    return f"ref({', '.join(repr(name) for name in (found[2], found[4]) if name)})"


def _loaded_at(declared: Place, source: Place) -> str | None:
    """dbt's loaded_at_field: of the table, else of the source; under config or beside it."""
    for place in (declared, source):
        said = place.text("loaded_at_field") or place.place("config").text("loaded_at_field")
        if said:
            return said
    return None


def _named(meta: Place, key: str) -> tuple[str, ...]:
    """Columns that a key lists."""
    return tuple(map(str, meta.texts(key)))


def _encoding(meta: Place) -> str | None:
    name = meta.content.get("encoding")
    try:
        return None if name is None else codecs.lookup(name).name
    except (LookupError, TypeError):
        raise meta.wrong(
            "encoding", f"{name!r} is unknown", "Write a name such as cp1252, big5 or gb18030"
        ) from None


def _column(declared: Place, at: str) -> Column:
    name = _name(declared, f"{at}.columns")
    declared = replace(declared, at=f"{at}.{name}")
    declared.only(_COLUMN)
    if name.startswith("x_"):
        raise declared.wrong("name", "x_ marks undeclared columns", "Choose another name", at=declared.at)
    meta = _meta(declared, declared.at, _COLUMN_META)
    headers = meta.content.get("headers")
    if headers is not None and (
        not isinstance(headers, list) or not all(isinstance(h, str) and heading_key(h) for h in headers)
    ):
        raise meta.wrong(
            "headers",
            "expected a list of headings",
            "Write headers: [Heading, ...], quoting numbers, yes and no",
        )
    pii = meta.content.get("pii")
    if pii is not None and (not isinstance(pii, str) or pii not in PII_CLASSES):
        raise meta.wrong("pii", f"unknown class {pii!r}", f"Use one of {', '.join(sorted(PII_CLASSES))}")
    targets = meta.place("maps_to").content if isinstance(meta.content.get("maps_to"), dict) else {}
    plain = Column(
        name,
        tuple(headers or ()),
        meta.flag("required"),
        pii,
        declared.text("data_type"),
        tuple(map(str, targets)) or meta.texts("maps_to"),
        place=meta,
        **_reading(meta),
    )
    own = {}
    for target in targets:
        place = meta.place("maps_to", f"{declared.at}.maps_to").place(
            target, f"{declared.at}.maps_to.{target}"
        )
        place.only(_READING)
        said = _reading(place)
        formats = {**plain.formats, **said.pop("formats", {})}
        own[str(target)] = replace(plain, place=place, formats=formats, **said)
    return replace(plain, own=own)


def _reading(meta: Place) -> dict[str, Any]:
    """How a column is read, as far as it is said here."""
    said: dict[str, Any] = {
        "words": _texts(meta, "values"),
        "negate": RETURNS if meta.content.get("negate") == RETURNS else meta.flag("negate"),
        "factor": _factor(meta),
        "fallback": meta.flag("fallback"),
        "per_line": meta.flag("per_line"),
        "when": _conditions(meta, "when"),
        "names": _name_list(meta),
        "system": meta.text("system"),
        "formats": {key: meta.content[key] for key in ("decimal", "day_first") if key in meta.content},
    }
    keys = {"words": "values", "names": "names_from"}
    return {k: value for k, value in said.items() if k == "formats" or keys.get(k, k) in meta.content}


def _factor(meta: Place) -> Decimal | None:
    """What numbers are multiplied by, to the digit as it is written."""
    value = meta.content.get("factor")
    if value is None:
        return None
    number = Decimal(str(value)) if isinstance(value, int | float) and not isinstance(value, bool) else None
    digits = len(number.as_tuple().digits) if number is not None and number.is_finite() else 0
    if number is None or not 0 < number <= 100_000_000 or digits > 8 or number < Decimal("0.00000001"):
        raise meta.wrong(
            "factor", f"{value!r} is no factor", "Write a number of at most 8 digits: factor: 0.01 for cents"
        )
    return number


def _conditions(meta: Place, key: str) -> tuple[Condition, ...]:
    """Columns and the words in them: `{column: [word]}`, or `{column: {not: [word]}}`."""
    given = meta.place(key, f"{meta.at}.{key}")
    return tuple(_condition(given, column) for column in given.content)


def _condition(given: Place, column: Any, beside: Collection[str] = ()) -> Condition:
    said, negated = given.content[column], False
    place, key = given, str(column)
    if isinstance(said, dict):
        place, key = given.place(key, f"{given.at}.{key}"), "is"
        place.only({"is", "not", *beside})
        if ("is" in said) == ("not" in said):
            raise place.wrong(
                "is", "says both or neither of is and not", "Write {not: [word]} or {is: [word]}"
            )
        negated = "not" in said
        key = "not" if negated else "is"
    words = place.texts(key)
    if not words:
        raise place.wrong(key, "lists no words", 'Write {column: ["word"]}; "" is an empty field')
    return Condition(str(column), words, negated)


def _filters(meta: Place, columns: Collection[str]) -> tuple[Filter, ...]:
    """`rows_where`: `{column: [word]}`, `{column: {not: [word], reason: code}}`."""
    given = meta.place("rows_where", f"{meta.at}.rows_where")
    filters = []
    for column, said in given.content.items():
        if column not in columns:
            raise given.wrong(
                str(column), f"is no column of {meta.at}", "Name a column that is declared under `columns`"
            )
        reason = (
            given.place(column, f"{given.at}.{column}").text("reason") if isinstance(said, dict) else None
        )
        filters.append(Filter(_condition(given, column, ("reason",)), reason or NOT_OF_THE_ENTITY))
    return tuple(filters)


def _name_list(meta: Place) -> NameList | None:
    """`names_from: {table: ..., where: {column: [word]}, code: ..., name: ...}`."""
    if meta.content.get("names_from") is None:
        return None
    given = meta.place("names_from", f"{meta.at}.names_from")
    given.only({"table", "code", "name", "where"})
    table = given.text("table")
    if not table:
        raise meta.wrong("names_from", "names no table", "Write names_from: {table: <list of codes>}")
    return NameList(table, given.text("code"), given.text("name"), _conditions(given, "where"))


def _texts(meta: Place, key: str) -> dict[str, str]:
    """A YAML mapping of words; a bare yes or no, which YAML takes for a boolean, cannot be told apart any more."""
    given = meta.content.get(key) or {}
    if not isinstance(given, dict) or any(
        isinstance(word, bool) or isinstance(meaning, bool | list | dict) for word, meaning in given.items()
    ):
        raise meta.wrong(
            key, "expected words and what they mean", "Write {word: meaning}, quoting yes and no"
        )
    return {str(word): str(meaning) for word, meaning in given.items()}
