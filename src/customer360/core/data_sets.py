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

from customer360.core.countries import as_country, country_of, load_countries
from customer360.core.declarations import DeclarationError, Place, read_keys
from customer360.core.policy import BASE
from customer360.core.policy_rules import check_files
from customer360.core.sources import Table

_KEYS = {
    "name",
    "label_zh",
    "label_en",
    "currency",
    "time_zone",
    "country",
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
_BEGINNING = "Begin with `name: ...`"
_PREPARE = re.compile(r"scripts/|-m \w")


@dataclass(frozen=True)
class DataSet:
    """One validated datasets/<name>.yml."""

    name: str
    label_zh: str
    label_en: str
    currency: str
    time_zone: str
    country: str
    """ISO code of the country whose telephone numbers stand without a calling code."""
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
    def systems(self) -> list[str]:
        """Its systems, in the order of the declaration."""
        return list(dict.fromkeys(system for system, _ in self.offers))

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
    declared = read_keys(file, _BEGINNING)
    content, fail = declared.content, declared.wrong
    declared.only(_KEYS)
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
    country = as_country(content.get("country")) or country_of(project, content["time_zone"])
    known = load_countries(project)
    if known and not (isinstance(country, str) and country in known):
        raise fail(
            "country",
            f"{country!r} is unknown" if country else f"missing, and {content['time_zone']} is of no country",
            "Write the ISO 3166 code of the country whose telephone numbers have no calling code, such as CN",
        )
    # YAML reads a bare yes as a boolean.
    said = content.get("personal_data")
    if said not in (True, "yes", "none"):
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
        country or "",
        content["policy"],
        said != "none",
        as_of,
        prepare,
        _not_personal(declared),
        _leave_out(declared),
        _offers(declared, tables),
        file,
    )


def _not_personal(declared: Place) -> tuple[str, ...]:
    """Columns of the input layer, as system.entity.column, whose texts look personal and are not."""
    columns = declared.texts("not_personal")
    for column in columns:
        if not re.fullmatch(r"\w+\.\w+\.\w+", column):
            raise declared.wrong(
                "not_personal", f"{column!r} names no column", "List <system>.<input entity>.<column>"
            )
    return columns


def _leave_out(declared: Place) -> tuple[str, ...]:
    """Areas of models that are not built."""
    areas = declared.texts("leave_out")
    for area in areas:
        if area not in LEAVES:
            raise declared.wrong(
                "leave_out", f"{area!r} cannot be left out", f"List any of: {', '.join(LEAVES)}"
            )
    return areas


def check_policy(project: Path, data_set: DataSet) -> None:
    """DeclarationError where the policy folder is absent, or its files are not what the YAML of the seeds declares."""
    folder = project / "policies" / data_set.policy
    if data_set.policy != BASE and not folder.is_dir():
        known = ", ".join([BASE, *sorted(path.name for path in folder.parent.glob("*/"))])
        raise DeclarationError(data_set.file, "policy", f"{folder} is no folder", f"Use one of: {known}")
    check_files(project, data_set.policy, {"currency": data_set.currency})


def systems_of(file: Path) -> list[str]:
    """The systems that a data set's file lists, declared or not. DeclarationError where it cannot be read or lists none."""
    return list(_systems(read_keys(file, _BEGINNING)))


def _systems(declared: Place) -> list[str] | dict[str, Any]:
    systems = declared.content.get("systems")
    if (
        not isinstance(systems, list | dict)
        or not systems
        or not all(isinstance(one, str) for one in systems)
    ):
        raise declared.wrong("systems", "expected a list of systems", "Write systems: [erp, shop]")
    return systems


def _offers(declared: Place, tables: Mapping[tuple[str, str], Table]) -> dict[tuple[str, str], Table]:
    systems = _systems(declared)
    known = list(dict.fromkeys(system for system, _ in tables))
    for system in systems:
        if system not in known:
            near = difflib.get_close_matches(str(system), known, 1)
            raise declared.wrong(
                "systems",
                "not declared as a source",
                f"Did you mean {near[0]}?"
                if near
                else f"Declare it in models/staging/{system}/_{system}__sources.yml",
                at=f"systems: {system}",
            )
    if isinstance(systems, dict):
        _check_stated(declared, tables)
    offers = {key: table for system in systems for key, table in tables.items() if key[0] == system}
    for table in offers.values():
        if table.load is None and not table.relation:
            raise table.place.wrong(
                "load",
                f"{declared.file.stem} does not know how its files load",
                "Write `load: replace` or `load: append` under config.meta",
                at=f"{table.system}.{table.entity}",
            )
    return offers


def _check_stated(declared: Place, tables: Mapping[tuple[str, str], Table]) -> None:
    """A data set that an earlier version wrote says of each entity how its files load: it must be what is declared."""
    systems = declared.place("systems")
    for system in systems.content:
        entities = systems.place(system)
        for entity in entities.content:
            stated, table = entities.place(entity).content, tables.get((system, entity))
            known = {"load": table.load, "encoding": table.encoding} if table else None
            if table is None or {"encoding": None, **stated} != known:
                raise entities.wrong(
                    entity,
                    f"is {dict(stated)}, but declared as {known}" if table else "not declared as a source",
                    f"Write systems: [{', '.join(systems.content)}], and `load` and `encoding` under config.meta of the"
                    f" entity in models/staging/{system}/_{system}__sources.yml",
                    at=f"systems.{system}.{entity}",
                )
