"""A dry run of edited rules: it says who would move and why, and leaves everything as it was."""

from __future__ import annotations

import hashlib
import re
import shutil
from pathlib import Path

import duckdb
import numpy as np
import pytest
from test_privacy import canaries

from conftest import PROJECT, copy_project, latest_build
from customer360.cli import main
from customer360.core.data_sets import load_data_set
from customer360.core.sources import load_sources
from customer360.core.warehouse import Warehouse
from customer360.identity import try_rules
from customer360.identity.clustering import components

RULE = "person_email_part"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the project with the latest build of the demo, published."""
    root = copy_project(tmp_path)
    built = latest_build("demo").parent
    warehouse = root / "warehouse" / "demo"
    shutil.copytree(built, warehouse / "build" / built.name)
    shutil.copytree(
        (PROJECT / "warehouse" / "demo" / "current").resolve(), warehouse / "versions" / built.name
    )
    for name, target in {
        "current": f"versions/{built.name}",
        "published": "current/published",
        "state": "current/state",
    }.items():
        (warehouse / name).symlink_to(target)
    (root / "truth").symlink_to(PROJECT / "truth")
    return root


def try_on(root: Path) -> tuple[str, duckdb.DuckDBPyConnection]:
    data_set = load_data_set(root, "demo", load_sources(root))
    return try_rules.try_rules(data_set, Warehouse(root / "warehouse" / "demo"))


def everything(root: Path) -> dict[str, str]:
    """Hash of each file of a project, that of locks left out."""
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in root.rglob("*")
        if path.is_file() and path.name != ".lock" and "__pycache__" not in path.parts
    }


def edit_rule(root: Path, rule: str, old: str, new: str) -> None:
    """Change one line of the seed of rules."""
    seed = root / "seeds" / "policy" / "identity_rules.csv"
    lines = seed.read_text(encoding="utf-8").splitlines()
    edited = [line.replace(old, new) if line.startswith(f"{rule},") else line for line in lines]
    assert sum(a != b for a, b in zip(lines, edited, strict=True)) == 1
    seed.write_text("\n".join(edited) + "\n", encoding="utf-8")


def partition_without(rule: str) -> dict[str, int]:
    """Groups of records that the latest build's links hold together when those of one rule are taken away."""
    with duckdb.connect(str(latest_build("demo")), read_only=True) as connection:
        ids = connection.execute(
            "select record_key, record_id from intermediate.int_identity__records order by record_key"
        ).fetchall()
        links = connection.execute(
            """
            select record_key_a, record_key_b from intermediate.int_identity__links
            inner join intermediate.int_identity__clusters as a on record_key_a = a.record_key
            inner join intermediate.int_identity__clusters as b on record_key_b = b.record_key
            where rule_code <> ? and a.cluster_key = b.cluster_key
            """,
            [rule],
        ).fetchnumpy()
    label = components(
        len(ids), links["record_key_a"].astype(np.int64), links["record_key_b"].astype(np.int64)
    )
    return {record_id: int(label[key]) for key, record_id in ids}


@pytest.mark.slow
def test_a_rule_switched_off_moves_the_records_of_just_that_rule(project: Path) -> None:
    """Counts, partition and evidence; no raw value is said and nothing but the seed differs afterwards."""
    edit_rule(project, RULE, ",link,true,", ",link,false,")
    before = everything(project)
    build_id, connection = try_on(project)
    assert everything(project) == before
    told = "\n".join(try_rules.report(connection, "demo", build_id))

    records = connection.execute("select record_id, before_id, after_id, change from records").fetchall()
    moved = {record: old for record, old, _, change in records if change in ("split", "joined")}
    held = connection.execute("select distinct customer_id from before_evidence where rule_code = ?", [RULE])
    assert moved
    assert set(moved.values()) <= {customer for (customer,) in held.fetchall()}
    assert {change for *_, change in records} == {"split", "UNCHANGED"}

    expected = partition_without(RULE)
    assert len({(expected[record], after) for record, _, after, _ in records}) == len(set(expected.values()))
    assert len({after for *_, after, _ in records}) == len(set(expected.values()))

    links = connection.execute("select count(*) from before_links where rule_code = ?", [RULE]).fetchone()[0]
    (line,) = [line for line in told.splitlines() if line.startswith(f"  {RULE} ")]
    assert line.split()[-4:] == [str(links), "0", str(links), "0"]
    assert re.search(rf"(?m)^  MOVED +{len(moved):,} ", told)
    assert re.search(rf"(?m)^  UNCHANGED +{len(records) - len(moved):,} ", told)
    assert re.search(r"(?m)^  NEW +0 ", told)
    shown = re.findall(r"(?m)^  (\w+:\w+): \w+:[\w.]+ → \w+:[\w.]+$", told)
    assert 0 < len(shown) == min(len(moved), try_rules.EXAMPLES)
    assert set(shown) <= set(moved)
    assert f"    - {RULE} " in told
    after = connection.execute(
        "select sum(numerator), sum(denominator) from after_quality where measure = 'pair_recall'"
    ).fetchone()
    assert f"→ {after[0]:,.0f}/{after[1]:,.0f}" in told
    assert [value for value in canaries() if value in told] == []


@pytest.mark.slow
def test_nothing_moves_where_nothing_was_edited(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = everything(project)
    assert main(["--project", str(project), "try-rules", "--data", "demo"]) == 0
    told = capsys.readouterr().out
    assert everything(project) == before
    assert re.search(r"(?m)^  NEW +0 .*\n  MOVED +0 .*\n  UNCHANGED +[1-9][\d,]* ", told)
    assert "no link changed" in told
    assert "split off:" not in told


@pytest.mark.slow
def test_a_rule_that_cannot_be_is_refused_with_its_row(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit_rule(project, RULE, ",partial,", ",mostly,")
    assert main(["--project", str(project), "try-rules", "--data", "demo"]) == 2
    said = capsys.readouterr()
    assert re.search(r"identity_rules\.csv: row \d+, name_agreements: 'mostly' breaks the rule", said.err)
    assert said.out == ""
    assert list((project / "warehouse" / "demo" / "try").glob("[!.]*")) == []


def test_without_a_build_the_message_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("datasets", "models"):
        (tmp_path / name).symlink_to(PROJECT / name)
    assert main(["--project", str(tmp_path), "try-rules", "--data", "demo"]) == 1
    assert "make build DATA=demo" in capsys.readouterr().err
    assert not (tmp_path / "warehouse").exists()


def test_a_build_that_broke_off_before_its_customers_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And a dry run waits for the build that is going on."""
    for name in ("datasets", "models"):
        (tmp_path / name).symlink_to(PROJECT / name)
    warehouse = Warehouse(tmp_path / "warehouse" / "demo")
    folder = warehouse.new_build()
    duckdb.connect(str(folder / "customer360.duckdb")).close()
    assert main(["--project", str(tmp_path), "try-rules", "--data", "demo"]) == 1
    assert "did not get as far" in capsys.readouterr().err
    with warehouse.lock():
        assert main(["--project", str(tmp_path), "try-rules", "--data", "demo"]) == 1
    assert "another build of demo is running" in capsys.readouterr().err
