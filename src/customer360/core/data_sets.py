"""What a data set is: datasets/<name>.yml, loaded and validated."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from customer360.core.policy import BASE, PolicyTable, policy_files, policy_table
from customer360.core.sources import DeclarationError, Table, read_yaml, rules_of

_KEYS = {
    "name",
    "label_zh",
    "label_en",
    "currency",
    "time_zone",
    "policy",
    "personal_data",
    "as_of_date",
    "not_personal",
    "prepare",
    "systems",
    "leave_out",
}
AREAS = ("core", "identity", "value", "churn", "tags", "marketing", "service", "management", "quality")
"""The areas of models, as dbt tags."""
LEAVES = ("marketing", "service", "management")
"""The areas that a data set may leave out: no state is kept in them, and the gates need none of them."""
_PREPARE = re.compile(r"scripts/|-m \w")


@dataclass(frozen=True)
class DataSet:
    """One validated datasets/<name>.yml."""

    name: str
    label_zh: str
    label_en: str
    currency: str
    time_zone: str
    policy: str
    personal_data: bool
    as_of_date: dt.date | None
    prepare: str | None
    not_personal: tuple[str, ...]
    leave_out: tuple[str, ...]
    offers: Mapping[tuple[str, str], Table]
    """The tables of its systems, by (system, entity)."""
    file: Path

    @property
    def project(self) -> Path:
        """The folder of the project that declares it."""
        return self.file.parent.parent


def load_data_set(project: Path, name: str, tables: Mapping[tuple[str, str], Table]) -> DataSet:
    """The data set `name`, checked against the declared source tables; DeclarationError otherwise."""
    folder = project / "datasets"
    file = folder / f"{name}.yml"
    if not re.fullmatch(r"\w+", name) or not file.is_file():
        known = sorted(path.stem for path in folder.glob("*.yml"))
        raise DeclarationError(
            file,
            name,
            "no such data set",
            f"Use one of: {', '.join(known)}" if known else "Write this file first",
        )
    content = read_yaml(file)
    if not isinstance(content, dict):
        raise DeclarationError(file, "top level", "expected keys and values", "Begin with `name: ...`")

    def fail(key: str, problem: str, remedy: str) -> DeclarationError:
        return DeclarationError(file, key, problem, remedy)

    for key in content:
        if key not in _KEYS:
            near = difflib.get_close_matches(str(key), _KEYS, 1)
            raise fail(str(key), "unknown key", f"Did you mean {near[0]}?" if near else "Remove it")
    for key in ("name", "label_zh", "label_en", "currency", "time_zone", "policy"):
        if not isinstance(content.get(key), str) or not content[key].strip():
            raise fail(key, "missing or empty", f"Write `{key}: ...` as text")
    if content["name"] != name:
        raise fail("name", f"is {content['name']!r}", f"It must equal the file's name: {name}")
    if not re.fullmatch(r"[A-Z]{3}", content["currency"]):
        raise fail(
            "currency", f"{content['currency']!r} is no ISO 4217 code", "Write three capitals, such as CNY"
        )
    try:
        ZoneInfo(content["time_zone"])
    except (KeyError, ValueError, OSError):
        raise fail(
            "time_zone", f"{content['time_zone']!r} is unknown", "Write an IANA name, such as Asia/Shanghai"
        ) from None
    # YAML reads a bare yes as a boolean.
    personal = {True: True, "yes": True, "none": False}.get(content.get("personal_data"))
    if personal is None:
        raise fail(
            "personal_data", "neither yes nor none", "Write `personal_data: yes` or `personal_data: none`"
        )
    as_of = content.get("as_of_date")
    if as_of is not None and (isinstance(as_of, dt.datetime) or not isinstance(as_of, dt.date)):
        raise fail(
            "as_of_date", f"{as_of!r} is no date", "Write YYYY-MM-DD without quotes, or leave the key out"
        )
    prepare = content.get("prepare")
    if prepare is not None and (not isinstance(prepare, str) or not _PREPARE.match(prepare)):
        raise fail(
            "prepare",
            "expected a command that fills the inbox",
            "Write `scripts/<name>.py ...` or `-m <module> ...`, as Python runs it from the project folder, or leave it out",
        )
    return DataSet(
        name,
        content["label_zh"],
        content["label_en"],
        content["currency"],
        content["time_zone"],
        content["policy"],
        personal,
        as_of,
        prepare,
        _not_personal(file, content.get("not_personal")),
        _leave_out(file, content.get("leave_out")),
        _offers(file, content.get("systems"), tables),
        file,
    )


def _not_personal(file: Path, columns: Any) -> tuple[str, ...]:
    """Columns of the input layer, as system.entity.column, whose texts look personal and are not."""
    for column in columns or ():
        if not isinstance(column, str) or not re.fullmatch(r"\w+\.\w+\.\w+", column):
            raise DeclarationError(
                file, "not_personal", f"{column!r} names no column", "List <system>.<input entity>.<column>"
            )
    return tuple(columns or ())


def _leave_out(file: Path, areas: Any) -> tuple[str, ...]:
    """Areas of models that are not built."""
    for area in areas or ():
        if area not in LEAVES:
            raise DeclarationError(
                file, "leave_out", f"{area!r} cannot be left out", f"List any of: {', '.join(LEAVES)}"
            )
    return tuple(areas or ())


def check_policy(project: Path, data_set: DataSet) -> None:
    """DeclarationError where the policy folder is absent, one of its files cannot be read, or a row states money of
    another currency.

    A row without currency states no money, unless its seed is declared to have one in every row.
    """
    folder = project / "policies" / data_set.policy
    if data_set.policy != BASE and not folder.is_dir():
        known = ", ".join([BASE, *sorted(path.name for path in folder.parent.glob("*/"))])
        raise DeclarationError(data_set.file, "policy", f"{folder} is no folder", f"Use one of: {known}")
    always = _always_in_money(project / "seeds" / "policy" / "_policy__seeds.yml")
    for seed, file in policy_files(project, data_set.policy).items():
        allowed = {data_set.currency} if seed in always else {data_set.currency, ""}
        is_own = file.parent == folder
        table = PolicyTable(file, policy_table(project, BASE, seed).columns if is_own else ())
        for number, row in table.rows:
            if "currency" in row and row["currency"] not in allowed:
                raise table.error(
                    number,
                    "currency",
                    f"{row['currency'] or 'none'}, but amounts of {data_set.name} are in {data_set.currency}"
                    " 币种与数据集不一致",
                    "Convert the row's amounts and write its currency"
                    + ("" if is_own else f", in {folder / file.name}"),
                )


def _always_in_money(file: Path) -> set[str]:
    """Seeds whose column `currency` is declared not_null."""
    return {
        seed["name"]
        for seed in read_yaml(file)["seeds"]
        for column in seed["columns"]
        if column["name"] == "currency" and "not_null" in rules_of(column)
    }


def _offers(
    file: Path, systems: Any, tables: Mapping[tuple[str, str], Table]
) -> dict[tuple[str, str], Table]:
    if not isinstance(systems, list | dict) or not systems:
        raise DeclarationError(file, "systems", "expected a list of systems", "Write systems: [erp, shop]")
    known = list(dict.fromkeys(system for system, _ in tables))
    for system in systems:
        if system not in known:
            near = difflib.get_close_matches(str(system), known, 1)
            raise DeclarationError(
                file,
                f"systems: {system}",
                "not declared as a source",
                f"Did you mean {near[0]}?"
                if near
                else f"Declare it in models/staging/{system}/_{system}__sources.yml",
            )
    if isinstance(systems, dict):
        _check_stated(file, systems, tables)
    offers = {key: table for system in systems for key, table in tables.items() if key[0] == system}
    for table in offers.values():
        if table.load is None:
            raise DeclarationError(
                table.file,
                f"{table.system}.{table.entity}",
                f"{file.stem} does not know how its files load",
                "Write `load: replace` or `load: append` under config.meta",
            )
    return offers


def _check_stated(file: Path, systems: dict[str, Any], tables: Mapping[tuple[str, str], Table]) -> None:
    """A data set that an earlier version wrote says of each entity how its files load: it must be what is declared."""
    for system, entities in systems.items():
        for entity, stated in (entities or {}).items():
            table = tables.get((system, entity))
            declared = {"load": table.load, "encoding": table.encoding} if table else None
            if table is None or {"encoding": None, **(stated or {})} != declared:
                raise DeclarationError(
                    file,
                    f"systems.{system}.{entity}",
                    f"is {stated}, but declared as {declared}" if table else "not declared as a source",
                    f"Write systems: [{', '.join(systems)}], and `load` and `encoding` under config.meta of the entity"
                    f" in models/staging/{system}/_{system}__sources.yml",
                )
