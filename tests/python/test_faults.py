"""A machine at fault is told from a model at fault: one sentence with cause, file and remedy, and nothing half-written."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from bench import macro_views
from build_kit import digests, lay_out_miniature, miniature, offer
from customer360.cli import main
from customer360.core.durable import Damaged, lines_of, read_json
from customer360.core.faults import fault, fault_in_dbt, fault_of
from customer360.core.warehouse import Warehouse
from customer360.pipeline import build


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 24 MB; skipped where this user may not mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(disk)]
    if os.geteuid() != 0 or subprocess.run(words, capture_output=True, check=False).returncode:
        pytest.skip("a small disk can be mounted by root alone")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


def miniature_on(root: Path) -> Path:
    lay_out_miniature(root)
    offer(root, 1)
    miniature(root)
    offer(root, 2)
    return root


def fill(disk: Path, but: int) -> None:
    """Leave so many bytes free."""
    free = os.statvfs(disk)
    (disk / "filler").write_bytes(b"\0" * (free.f_bavail * free.f_frsize - but))


# --- a full disk, a disk that cannot be written ------------------------------------------------------------


@pytest.mark.parametrize("left", [0, 200_000, 1_500_000])
def test_a_full_disk_is_named_and_what_was_published_stays(left, small_disk, monkeypatch, capsys):
    root = miniature_on(small_disk / "root")
    before = digests(root / "warehouse/demo/current")
    fill(small_disk, left)
    monkeypatch.setattr(build, "build", lambda data_set, warehouse, *_, **__: miniature_in(root))
    monkeypatch.setattr(build, "check_before", lambda data_set: None)
    assert main(["--project", str(root), "build", "--data", "demo"]) == 1
    said = capsys.readouterr().err
    assert (
        "no space is left on the disk for" in said and "Free space there" in said and "Traceback" not in said
    )
    assert digests(root / "warehouse/demo/current") == before
    (small_disk / "filler").unlink()
    miniature(root)
    assert [path for path in (root / "warehouse/demo/versions").iterdir() if path.name.startswith(".")] == []


_BUILD = build.build


def miniature_in(root: Path) -> None:
    """The steps of the miniature inside of `build_data_set`, which holds the lock already."""
    whole, lock = build.build, Warehouse.lock
    build.build = _BUILD
    try:
        Warehouse.lock = lambda self: contextlib.nullcontext()
        miniature(root)
    finally:
        build.build, Warehouse.lock = whole, lock


def test_dbt_on_a_full_disk_is_no_failed_model(small_disk, tmp_path):
    models = {"large": "select range as id, md5(cast(range as varchar)) as x from range(3000000)"}
    folder = small_disk / "project"
    macro_views.lay_out(folder, models)
    project = folder / "dbt_project.yml"
    project.write_text(
        project.read_text(encoding="utf-8").replace("+materialized: view", "+materialized: table")
    )
    done = macro_views.dbt(folder, "build", "--select", "large", "--target-path", str(tmp_path / "target"))
    assert done.returncode
    assert fault_in_dbt(tmp_path / "target", tmp_path).startswith("no space is left on the disk for")


def test_a_model_at_fault_is_not_the_machine(tmp_path):
    folder = tmp_path / "project"
    macro_views.lay_out(folder, {"wrong": "select no_such_column"})
    assert macro_views.dbt(
        folder, "build", "--select", "wrong", "--target-path", str(tmp_path / "target")
    ).returncode
    assert (tmp_path / "target" / "run_results.json").is_file()
    assert fault_in_dbt(tmp_path / "target", tmp_path) is None


def test_a_read_only_warehouse_is_named(small_disk, monkeypatch, capsys):
    root = miniature_on(small_disk / "root")
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    monkeypatch.setattr(build, "check_before", lambda data_set: None)
    assert main(["--project", str(root), "build", "--data", "demo"]) == 1
    said = capsys.readouterr().err
    assert "cannot be written" in said and str(root / "warehouse") in said and "Traceback" not in said


# --- damage ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"", b"PAR1", b"no parquet at all" * 100])
def test_damaged_state_is_named_with_the_way_back(content, tmp_path):
    root = miniature_on(tmp_path)
    file = root / "warehouse/demo/current/state/load_history/data.parquet"
    file.write_bytes(content)
    with pytest.raises(Damaged, match=r"load_history/data.parquet is damaged .*make rollback DATA=demo"):
        miniature(root)


def test_a_page_of_state_that_cannot_be_read_is_named(tmp_path):
    root = miniature_on(tmp_path)
    file = root / "warehouse/demo/current/state/load_history/data.parquet"
    content = bytearray(file.read_bytes())
    content[4:40] = b"\xff" * 36
    file.write_bytes(content)
    with pytest.raises(Damaged, match=r"load_history/data\.parquet is damaged"):
        miniature(root)


@pytest.mark.parametrize(
    "name",
    ["publications.jsonl", "current/contract.json", "current/publication.json", "erasures/ledger.json"],
)
def test_a_damaged_record_is_named(name, tmp_path):
    root = miniature_on(tmp_path)
    file = root / "warehouse" / "demo" / name
    file.parent.mkdir(exist_ok=True)
    file.write_text("{not json\n", encoding="utf-8")
    with pytest.raises(Damaged, match=f"{file.name} is damaged"):
        miniature(root)


def test_a_line_cut_short_by_a_kill_is_no_damage(tmp_path):
    file = tmp_path / "lines.jsonl"
    file.write_text('{"a": 1}\n{"a": 2', encoding="utf-8")
    assert lines_of(file) == [{"a": 1}]
    file.write_text('{"a": 1}\n{"a": 2\n{"a": 3}\n', encoding="utf-8")
    with pytest.raises(Damaged):
        lines_of(file)
    with pytest.raises(Damaged, match="Do this"):
        read_json(file, "Do this")


def test_the_listing_of_publications_says_so_as_well(tmp_path, monkeypatch, capsys):
    root = miniature_on(tmp_path)
    (root / "warehouse/demo/publications.jsonl").write_text("[\n", encoding="utf-8")
    assert main(["--project", str(root), "publications", "--data", "demo"]) == 1
    assert "publications.jsonl is damaged" in capsys.readouterr().err


# --- messages ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ('IO Error: Could not write file "/a/b.duckdb": No space left on device', "no space is left on the disk for /a/b.duckdb"),
        ("[Errno 28] No space left on device", "no space is left on the disk for what is written"),
        ('IO Error: Cannot open file "/a/b.duckdb": Read-only file system', "/a/b.duckdb cannot be written"),
        ('IO Error: Cannot open file "/a/b.duckdb": Permission denied', "/a/b.duckdb cannot be written"),
        ("Invalid Input Error: File '/a/b.parquet' too small to be a Parquet file", "/a/b.parquet is damaged"),
        ("Invalid Input Error: No magic bytes found at end of file '/a/b.parquet'", "/a/b.parquet is damaged"),
        ('IO Error: The file "/a/b" exists, but it is not a valid DuckDB database file!', "/a/b is damaged"),
        ("Out of Memory Error: failed to allocate data of size 16.0 MiB", "this machine has too little memory"),
        ("Binder Error: Referenced column \"space\" not found", None),
        ("Conversion Error: Could not convert string 'device' to INT32", None),
    ],
)  # fmt: skip
def test_a_message_of_the_machine_is_told_from_others(message, said):
    assert (fault(message) or "").startswith(said or "") and bool(fault(message)) == bool(said)


def test_an_error_of_the_system_names_its_file():
    assert fault_of(PermissionError(13, "Permission denied", "/a/b")).startswith("/a/b cannot be written")
    assert (
        fault_of(OSError(5, "Input/output error", "/a/b"))
        == '"/a/b": Input/output error. Try again once that is solved'
    )


def test_what_duckdb_says_today_is_understood(tmp_path):
    for name in ("short.parquet", "other.duckdb"):
        (tmp_path / name).write_bytes(b"zz" * (2 if name == "short.parquet" else 4000))
    with pytest.raises(duckdb.Error) as raised:
        duckdb.sql(f"from '{tmp_path}/short.parquet'")
    assert fault(str(raised.value)).startswith(f"{tmp_path}/short.parquet is damaged")
    with pytest.raises(duckdb.Error) as raised:
        duckdb.connect(str(tmp_path / "other.duckdb"), read_only=True)
    assert fault(str(raised.value)).startswith(f"{tmp_path}/other.duckdb is damaged")
