"""The declared systems (models/staging/<system>/_<system>__sources.yml), as the generator needs them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

# The C loader reads the ten files in a tenth of the time; PyYAML does without where libyaml is missing.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Column:
    """One declared column."""

    name: str
    headers: tuple[str, ...]
    required: bool
    pii: str | None


@dataclass(frozen=True)
class Entity:
    """One declared table."""

    system: str
    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def names(self) -> list[str]:
        """Declared column names in order."""
        return [c.name for c in self.columns]


def load(sources: Path) -> dict[tuple[str, str], Entity]:
    """Read the declarations of all systems below a folder; raises FileNotFoundError when there are none."""
    found: dict[tuple[str, str], Entity] = {}
    for path in sorted(sources.glob("*/_*__sources.yml")):
        for source in yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER)["sources"]:
            for table in source["tables"]:
                columns = []
                for column in table["columns"]:
                    meta = column.get("config", {}).get("meta", {})
                    columns.append(
                        Column(
                            column["name"],
                            tuple(meta.get("headers", ())),
                            bool(meta.get("required")),
                            meta.get("pii"),
                        )
                    )
                meta = table["config"]["meta"]
                found[source["name"], table["name"]] = Entity(
                    source["name"], table["name"], tuple(meta.get("key", ())), tuple(columns)
                )
    if not found:
        raise FileNotFoundError(f"no source declarations below {sources}")
    return found
