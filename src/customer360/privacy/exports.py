"""What goes out of the warehouse with personal values, or in lists: where it lies, the log of it, and when it goes again."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from customer360.core.data_sets import DataSet
from customer360.core.durable import add_line
from customer360.core.policy import policy_table
from customer360.core.warehouse import Warehouse

FOLDER = "activation"
"""activation/<data set>/<publication id>/<file>"""

REVIEW = "review"
"""review/<data set>/<file>: pages with full values for stewards (`customer360 review-page`)."""


_FORMULA = re.compile(r"[\s\x00-\x1f]*[=+\-@＝＋－＠]")
_PLAIN = re.compile(r"[+-]?[0-9][0-9.,]*|[\w.+-]+@[\w-]+(\.[\w-]+)+")
"""Numbers, telephone numbers and mail addresses: no spreadsheet makes anything of them that could do harm."""


def as_text(value: Any) -> Any:
    """A cell of a CSV that a spreadsheet takes as text: what it would take as a formula begins with an apostrophe."""
    if isinstance(value, str) and _FORMULA.match(value) and not _PLAIN.fullmatch(value):
        return f"'{value}"
    return value


def log_of(warehouse: Warehouse) -> Path:
    """The log of exports and removals; outside of the versions, never rolled back."""
    return warehouse.folder / "exports.jsonl"


def retention_days(project: Path, data_set: DataSet) -> int:
    """Days for which an exported file stays, of the seed privacy_policy."""
    table = policy_table(project, data_set.policy, "privacy_policy", ["export_retention_days"])
    return int(table.only_row()["export_retention_days"])


def remove_expired(project: Path, data_set: DataSet, warehouse: Warehouse) -> list[str]:
    """Remove exported files and review pages that are older than the retention; their names."""
    if not any((project / folder / data_set.name).is_dir() for folder in (FOLDER, REVIEW)):
        return []
    oldest = dt.datetime.now(dt.UTC).timestamp() - 86400 * retention_days(project, data_set)
    return _remove(project, data_set, warehouse, "retention", lambda file: file.stat().st_mtime < oldest)


def remove_all(project: Path, data_set: DataSet, warehouse: Warehouse) -> list[str]:
    """Remove every exported file and review page, as somebody is erased who may be in one; their names."""
    return _remove(project, data_set, warehouse, "erasure", lambda file: True)


def _remove(
    project: Path, data_set: DataSet, warehouse: Warehouse, why: str, goes: Callable[[Path], bool]
) -> list[str]:
    removed = []
    files = [
        *sorted((project / FOLDER / data_set.name).glob("*/*")),
        *sorted((project / REVIEW / data_set.name).rglob("*")),
    ]
    for file in files:
        if file.is_file() and goes(file):
            removed.append(str(file.relative_to(project)))
            file.unlink()
    if removed:
        add_line(log_of(warehouse), {"event": "removed", "at": now(), "why": why, "files": removed})
    return removed


def now() -> str:
    """This second, as the log writes it (UTC)."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
