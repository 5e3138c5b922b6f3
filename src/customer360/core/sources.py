"""The source tables that the project declares in models/staging/<system>/_<system>__sources.yml.

dbt reads the same files; what landing needs beside dbt's own keys stands under `config.meta`.
"""

from __future__ import annotations

import codecs
import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from customer360.core.errors import Stopped

PII_CLASSES = frozenset(
    {"name", "phone", "email", "id_number", "address", "birth_date", "social_id", "free_text"}
)
# libyaml reads ten times as fast, where PyYAML was built with it; nothing but plain data in either.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
LOADS = ("replace", "append")
"""How files arrive: a newer file takes the place of the older one of its name, or adds to it."""

_SNAKE_CASE = re.compile(r"[a-z][a-z0-9_]*")
# What people add to a heading without changing its meaning: marks of a mandatory field, a closing colon.
_MARKS = re.compile(r"\((?:必填|选填|必填项|可选|required|optional)\)|[*:]+$|^[*]+")
_DATE_NAME = re.compile(r"(?:^|_)(?:date|at|on|birthday)$")
# What has happened when the record is written: no such date is planned, and none is of before the record's time.
_HAPPENED = re.compile(
    r"(?:^|_)(?:updated?|changed?|modified|edited|created|added|entered|recorded|registered|imported|order|ordered|sold|sale"
    r"|invoice|invoiced|booked|posted|paid|refunded|shipped|delivered|received|reviewed|decided|answered|requested"
    r"|followed|unfollowed|unsubscribed|signed|visited|occurred|seen|login)_(?:at|on|date|time)(?:_utc|_ms)?$"
)


class DeclarationError(Stopped):
    """A declaration (sources or data set) that cannot be used; the message names file, key and remedy."""

    exit_code = 2

    def __init__(self, file: Path, key: str, problem: str, remedy: str) -> None:
        super().__init__(f"{file}: {key}: {problem}. {remedy}")


def heading_key(heading: str) -> str:
    """The form under which headings are compared: NFKC, one space, case-folded, without mandatory marks."""
    text = " ".join(unicodedata.normalize("NFKC", heading).split()).casefold()
    return _MARKS.sub("", text).strip()


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
    negate: bool = False
    """Whether a positive number in the file is meant as a negative one."""
    formats: Mapping[str, object] = field(default_factory=dict)
    """`decimal` and `day_first`, where they differ from those of the table."""

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


def _load_all(project: Path) -> dict[tuple[str, str], Table]:
    tables: dict[tuple[str, str], Table] = {}
    for file in sorted((project / "models" / "staging").glob("*/_*__sources.yml")):
        for source in _read(file).get("sources") or []:
            system = _name(file, "sources", source.get("name"))
            if system in RESERVED:
                raise DeclarationError(
                    file, "sources", f"{system!r} is a schema of the project", "Choose another name"
                )
            for declared in source.get("tables") or []:
                table = _table(file, system, declared)
                if table.key in tables:
                    raise DeclarationError(
                        file,
                        f"{system}.{table.entity}",
                        f"already declared in {tables[table.key].file}",
                        "Keep one of the two declarations",
                    )
                tables[table.key] = table
    return tables


def read_yaml(file: Path) -> Any:
    """The content of a YAML file; DeclarationError with the line where it does not parse."""
    try:
        return yaml.load(file.read_text(encoding="utf-8"), Loader=_LOADER)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}" if mark else "text"
        raise DeclarationError(
            file, where, "not readable as YAML", "Mend the indentation or quoting"
        ) from None


def _read(file: Path) -> dict[str, Any]:
    content = read_yaml(file)
    if not isinstance(content, dict):
        raise DeclarationError(
            file, "top level", "expected keys such as `sources`", "Start with `version: 2`"
        )
    return content


def _name(file: Path, key: str, name: Any) -> str:
    if not isinstance(name, str) or not _SNAKE_CASE.fullmatch(name):
        raise DeclarationError(
            file, key, f"{name!r} is no usable name", "Use snake_case beginning with a letter"
        )
    return name


def rules_of(column: Mapping[str, Any]) -> list[Any]:
    """The rules that YAML or the manifest states of a column: words, mappings of words, conditions (rules_hold.sql)."""
    return list(_meta(column).get("rules") or ())


def _meta(declared: Mapping[str, Any]) -> dict[str, Any]:
    return (declared.get("config") or {}).get("meta") or declared.get("meta") or {}


def _table(file: Path, system: str, declared: dict[str, Any]) -> Table:
    entity = _name(file, f"{system}.tables", declared.get("name"))
    columns = tuple(_column(file, f"{system}.{entity}", c) for c in declared.get("columns") or [])
    if not columns:
        raise DeclarationError(
            file, f"{system}.{entity}", "no columns", "List the columns that files may offer"
        )
    seen: dict[str, str] = {}
    for column in columns:
        for key in {heading_key(h) for h in (column.name, *column.headings)}:
            if key in seen:
                raise DeclarationError(
                    file,
                    f"{system}.{entity}.{column.name}",
                    f"heading {key!r} already leads to column {seen[key]}",
                    "Keep it at one column",
                )
            seen[key] = column.name
    meta = _meta(declared)
    constants = _texts(file, f"{system}.{entity}.constants", meta.get("constants"))
    formats = {key: meta[key] for key in ("decimal", "day_first", "phone_country") if key in meta}
    row_key = tuple(meta.get("key") or ())
    load = meta.get("load")
    if load not in (None, *LOADS):
        raise DeclarationError(
            file, f"{system}.{entity}.load", f"{load!r} is unknown", "Write load: replace or load: append"
        )
    dated_by = meta.get("dated_by")
    if dated_by is not None and not (
        isinstance(dated_by, list) and set(map(str, dated_by)) <= {c.name for c in columns}
    ):
        raise DeclarationError(
            file,
            f"{system}.{entity}.dated_by",
            f"{dated_by!r} is no list of its columns",
            "List the columns whose newest date tells how old a file is; [] where none does",
        )
    return Table(
        system,
        entity,
        columns,
        file,
        meta.get("rows"),
        row_key,
        constants,
        formats,
        None if dated_by is None else tuple(map(str, dated_by)),
        load,
        _encoding(file, f"{system}.{entity}.encoding", meta.get("encoding")),
        meta.get("staged"),
        meta.get("family"),
        meta.get("customer_key"),
    )


def _encoding(file: Path, at: str, name: Any) -> str | None:
    try:
        return None if name is None else codecs.lookup(name).name
    except (LookupError, TypeError):
        raise DeclarationError(
            file, at, f"{name!r} is unknown", "Write a name such as cp1252, big5 or gb18030"
        ) from None


def _column(file: Path, at: str, declared: dict[str, Any]) -> Column:
    name = _name(file, f"{at}.columns", declared.get("name"))
    if name.startswith("x_"):
        raise DeclarationError(file, f"{at}.{name}", "x_ marks undeclared columns", "Choose another name")
    meta = _meta(declared)
    headers: Iterable[Any] = meta.get("headers") or []
    if isinstance(headers, str) or not all(isinstance(h, str) and heading_key(h) for h in headers):
        raise DeclarationError(
            file,
            f"{at}.{name}.headers",
            "expected a list of headings",
            "Write headers: [Heading, ...], quoting numbers",
        )
    required, pii = meta.get("required", False), meta.get("pii")
    if not isinstance(required, bool):
        raise DeclarationError(
            file, f"{at}.{name}.required", f"{required!r} is neither true nor false", "Write true"
        )
    if pii is not None and pii not in PII_CLASSES:
        raise DeclarationError(
            file, f"{at}.{name}.pii", f"unknown class {pii!r}", f"Use one of {', '.join(sorted(PII_CLASSES))}"
        )
    targets = meta.get("maps_to") or []
    return Column(
        name,
        tuple(headers),
        required,
        pii,
        declared.get("data_type"),
        tuple([targets] if isinstance(targets, str) else map(str, targets)),
        _texts(file, f"{at}.{name}.values", meta.get("values")),
        bool(meta.get("negate")),
        {key: meta[key] for key in ("decimal", "day_first") if key in meta},
    )


def _texts(file: Path, at: str, given: Any) -> dict[str, str]:
    """A YAML mapping of words; a bare yes or no, which YAML takes for a boolean, cannot be told apart any more."""
    given = given or {}
    if not isinstance(given, dict) or any(isinstance(word, bool) for word in given):
        raise DeclarationError(
            file, at, "expected words and what they mean", "Write {word: meaning}, quoting yes and no"
        )
    return {str(word): str(meaning) for word, meaning in given.items()}
