"""What the tests share: the project's folders, the latest build of a data set, and copies of the project to break."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

# what tests take from here
from bench.companies import build_demo, offer_inputs, run, run_dbt, run_verb, set_demo  # noqa: F401
from bench.measuring import copy_project
from bench.spark import session
from customer360.core.warehouse import Warehouse

# A shell that starts the tests in the background lets them ignore interrupts, and so would each build that a test interrupts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

PROJECT = Path(__file__).resolve().parents[2]


def latest_build(data_set: str) -> Path:
    """The newest build file of a data set; the test fails with the remedy where there is none."""
    built = Warehouse(PROJECT / "warehouse" / data_set).latest_build()
    return built or pytest.fail(f"no build of {data_set}; run: make build DATA={data_set}")


def manifest(data_set: str) -> dict[str, Any]:
    """dbt's manifest of the latest build of a data set."""
    return json.loads((PROJECT / "target" / data_set / "manifest.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def five_companies(tmp_path_factory) -> list[Path]:
    """Folders of five demo companies of 2,000 customers (seeds 7 to 11), each with all models built, none tested, in
    customer360.duckdb, and its truth in truth/demo. About two minutes each."""
    roots = []
    for seed in range(7, 12):
        root = copy_project(tmp_path_factory.mktemp("company") / str(seed))
        set_demo(root, seed, customers=2000)
        build_demo(root)
        for folder in ("inbox", "landing", "target"):
            shutil.rmtree(root / folder)
        roots.append(root)
    return roots


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A local Spark with an empty catalog; the test is skipped without Spark or Java."""
    pytest.importorskip("pyspark", reason="Spark is not installed; uv sync --frozen --group spark")
    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        pytest.skip("no Java: Spark needs 17 or 21 (Debian: apt-get install openjdk-17-jre-headless)")
    with session(tmp_path_factory.mktemp("spark")) as one:
        yield one
