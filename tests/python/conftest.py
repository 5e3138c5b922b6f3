"""What the tests share: the project's folders and the latest build of a data set."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from customer360.warehouse import Warehouse

PROJECT = Path(__file__).resolve().parents[2]


def latest_build(data_set: str) -> Path:
    """The newest build file of a data set; the test fails with the remedy where there is none."""
    built = Warehouse(PROJECT / "warehouse" / data_set).latest_build()
    return built or pytest.fail(f"no build of {data_set}; run: make build DATA={data_set}")


def manifest(data_set: str) -> dict[str, Any]:
    """dbt's manifest of the latest build of a data set."""
    return json.loads((PROJECT / "target" / data_set / "manifest.json").read_text(encoding="utf-8"))
