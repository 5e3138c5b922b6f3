"""A mapping that is taken back leaves nothing behind; what somebody decided stays, and is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from staged_company import NAME, SYSTEM, write_mapping

from conftest import copy_project, run_dbt, run_verb
from customer360.onboarding.systems import out_of_step

MAPPING = Path("models", "staging", SYSTEM, f"_{SYSTEM}__sources.yml")
FOLDERS = ("datasets", "models", "macros", "policies", "seeds")


def tree(root: Path) -> dict[str, bytes | None]:
    """Every file and folder that git or dbt could see, with its content."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes() if path.is_file() else None
        for folder in FOLDERS
        for path in (root / folder).rglob("*")
    }


@pytest.fixture
def before(tmp_path: Path) -> tuple[Path, dict[str, bytes | None]]:
    """A copy with a mapped company, and what was there before it."""
    root = copy_project(tmp_path / "project")
    there = tree(root)
    write_mapping(root, "attach")
    words = ["--currency", "EUR", "--time-zone", "Europe/Berlin", "--systems", SYSTEM]
    done = run_verb(root, "new-data", "--name", NAME, *words)
    assert done.returncode == 0, done.stderr
    assert tree(root) != there
    return root, there


def test_a_mapping_taken_back_leaves_nothing_behind(before):
    root, there = before
    (root / MAPPING).unlink()
    done = run_verb(root, "systems")
    assert done.returncode == 0, done.stderr
    assert f"datasets/{NAME}.yml (removed)" in done.stdout
    assert tree(root) == there
    assert out_of_step(root) == []
    assert "nothing to write" in run_verb(root, "systems").stdout


def test_what_somebody_decided_stays_and_is_named(before):
    root, there = before
    policy = root / "policies" / NAME / "rfm_policy.csv"
    policy.write_text(policy.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    model = root / MAPPING.parent / f"stg_{SYSTEM}__orders.sql"
    model.write_text(model.read_text(encoding="utf-8") + "-- mine\n", encoding="utf-8")
    (root / "datasets" / f"{NAME}.yml").unlink()
    (root / MAPPING).unlink()
    done = run_verb(root, "systems")
    assert done.returncode == 0, done.stderr
    left = tree(root).keys() - there.keys()
    assert {path for path in left if (root / path).is_file()} == {
        policy.relative_to(root).as_posix(),
        model.relative_to(root).as_posix(),
    }
    for path in (policy, model):
        assert f"{path.relative_to(root).as_posix()} (stays" in done.stdout


@pytest.mark.slow
def test_dbt_reads_the_project_as_before(before):
    root, _ = before
    (root / MAPPING).unlink()
    assert run_verb(root, "systems").returncode == 0
    done = run_dbt(root, "demo", "parse")
    assert done.returncode == 0, done.stdout[-2000:]
