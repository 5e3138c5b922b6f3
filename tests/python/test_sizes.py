"""What a company's data happen to hold never ends a build: the demo of other seeds, and of ten and fifty times its size."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from build_kit import start_build
from conftest import copy_project, set_demo


@pytest.mark.slow
@pytest.mark.parametrize(
    ("customers", "seed"),
    [
        *((2_000, seed) for seed in range(1, 6)),
        *(pytest.param(customers, 7, marks=pytest.mark.weekly) for customers in (20_000, 100_000)),
    ],
)
def test_the_demo_builds_at_any_size_and_seed(tmp_path: Path, customers: int, seed: int) -> None:
    copy_project(tmp_path)
    set_demo(tmp_path, seed, customers)
    build = start_build(tmp_path)
    told, _ = build.communicate()
    assert build.returncode == 0, told[-5_000:]
    with duckdb.connect(
        str(tmp_path / "warehouse/demo/published/customer360.duckdb"), read_only=True
    ) as published:
        (found,) = published.execute("select count(*) from marts.customers").fetchone()
        failing = published.execute("from quality.scorecard where status = 'fail'").fetchall()
    # records of one person that share no identifier stay apart: more customers than people
    assert customers < found < 2 * customers
    assert failing == []
