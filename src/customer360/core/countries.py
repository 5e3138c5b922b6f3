"""The countries whose telephone numbers are read, by the seed of the project."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

SEED = "seeds/reference/countries.csv"


def load_countries(project: Path) -> Mapping[str, frozenset[str]]:
    """ISO code of each country and its time zones; none where the project has no such seed."""
    file = project / SEED
    if not file.is_file():
        return {}
    with file.open(encoding="utf-8", newline="") as rows:
        return {row["country_code"]: frozenset(row["time_zones"].split()) for row in csv.DictReader(rows)}


def as_country(value: object) -> object:
    """What a declaration says of a country: YAML reads a bare NO, Norway, as false."""
    return "NO" if value is False else value


def country_of(project: Path, time_zone: str) -> str | None:
    """The country of a time zone; None where it is of none (UTC)."""
    return next((code for code, zones in load_countries(project).items() if time_zone in zones), None)
