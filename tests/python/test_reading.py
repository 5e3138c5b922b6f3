"""A published copy that another program holds for writing: said at once, in one sentence, by whoever needs the file."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from build_kit import lay_out_miniature, miniature, offer
from conftest import PROJECT
from customer360.cli import main
from customer360.core import reading
from customer360.core.warehouse import Warehouse
from customer360.presentation import report

WRITER = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print(1, flush=True); sys.stdin.read()"


@contextmanager
def held(file: Path) -> Iterator[int]:
    """A program that has opened the file for writing; its process number."""
    file.chmod(0o600)  # the owner may
    words = [sys.executable, "-c", WRITER, str(file)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout.readline()
        try:
            yield program.pid
        finally:
            program.stdin.close()


@pytest.fixture
def built(tmp_path: Path) -> Path:
    root = lay_out_miniature(tmp_path)
    offer(root, 1)
    miniature(root)
    offer(root, 2)
    return root


def test_a_build_says_so_before_it_begins(built):
    warehouse = Warehouse(built / "warehouse" / "demo")
    builds = sorted(warehouse.builds.iterdir())
    landed = sorted((built / "landing").rglob("*.parquet"))
    with (
        held(warehouse.published) as process,
        pytest.raises(reading.Held, match=f"process {process}.*read-only"),
    ):
        miniature(built)
    assert sorted(warehouse.builds.iterdir()) == builds
    assert sorted((built / "landing").rglob("*.parquet")) == landed
    miniature(built)


def test_the_gate_does_not_call_it_a_shift_of_figures(built, capsys):
    version = Warehouse(built / "warehouse" / "demo").current()
    rules = str(PROJECT / "seeds" / "policy" / "publication_gate.csv")
    words = ["--project", str(built), "gate", "--candidate", str(version), "--baseline", str(version)]
    words += ["--rules", rules]
    with held(version / "published" / "customer360.duckdb"):
        assert main(words) == 2
    said = capsys.readouterr().err
    assert "has opened" in said and "Traceback" not in said


def test_what_is_made_for_people_says_so(built, monkeypatch, capsys):
    def make(data_set, warehouse, period):
        reading.connect(warehouse.published)
        yield from ()

    monkeypatch.setattr(report, "make", make)
    with held(built / "warehouse/demo/published/customer360.duckdb") as process:
        assert main(["--project", str(built), "report", "--data", "demo"]) == 1
    assert f"process {process}" in capsys.readouterr().err


def test_an_attached_file_and_a_question_say_so(built):
    file = built / "warehouse/demo/published/customer360.duckdb"
    with held(file), duckdb.connect() as connection:
        with pytest.raises(reading.Held):
            reading.attach(connection, file, "published")
        with pytest.raises(reading.Held):
            reading.ask(file)
    with duckdb.connect() as connection, pytest.raises(duckdb.IOException):
        reading.attach(connection, file.with_name("absent.duckdb"), "published")


@pytest.mark.parametrize(
    "script",
    sorted((PROJECT / "src").rglob("*.py")),
    ids=lambda p: p.stem,
)
def test_files_of_a_warehouse_are_opened_in_one_place(script):
    if script.name != "reading.py":
        found = re.findall(r"read_only ?= ?True|\(read_only\)", script.read_text(encoding="utf-8"))
        assert found == [] or script.name in ("erasure.py", "check_data.py")  # files of their own
