"""Files of the project are their owner's: whatever the mask of the shell, and only the published copy is shared, with the
group that policy names."""

from __future__ import annotations

import grp
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from build_kit import lay_out_miniature, miniature, offer, open_to_others
from conftest import PROJECT
from customer360.core.declarations import DeclarationError
from customer360.core.reading import ask
from customer360.core.warehouse import Warehouse
from customer360.privacy.private import close, published_group
from landing_kit import Place, csv_bytes

SCRIPTS = PROJECT / "scripts"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
def test_what_lands_is_the_owners_whatever_the_mask(mask, tmp_path):
    place = Place(tmp_path)
    place.put("a.csv", csv_bytes())
    words = [sys.executable, "-m", "customer360", "--project", str(tmp_path), "land", "--data", "demo"]
    subprocess.run(words, cwd=PROJECT, umask=mask, check=True, capture_output=True)
    assert list(place.landing.rglob("*.parquet"))
    assert open_to_others(tmp_path) == []


@pytest.mark.parametrize(
    "module", ["customer360.cli", "customer360.dbt_plugins.hmac_key", "demo_company.build"]
)
def test_each_way_into_the_project_sets_the_mask(module):
    code = f"import os; os.umask(0); import {module}; print(oct(os.umask(0)))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "0o77"


def test_every_script_that_handles_data_imports_the_package():
    for script in SCRIPTS.glob("*.py"):
        assert re.search(r"^(from|import) customer360", script.read_text(encoding="utf-8"), re.MULTILINE), (
            script
        )


@pytest.fixture
def built(tmp_path: Path) -> Path:
    root = lay_out_miniature(tmp_path)
    offer(root, 1)
    miniature(root)
    return root


def name_group(root: Path, name: str) -> None:
    file = root / "seeds" / "policy" / "privacy_policy.csv"
    file.write_text(f'published_group\n"{name}"\n', encoding="utf-8")


def test_without_a_group_the_published_copy_is_the_owners(built):
    assert published_group(built, "default") is None
    assert open_to_others(built) == []
    # a program that opens it for writing is told so by the system
    assert mode(built / "warehouse/demo/published/customer360.duckdb") == 0o400


def test_a_group_of_policy_reads_the_published_copy_and_nothing_else(built):
    own = os.getegid()
    name_group(built, grp.getgrgid(own).gr_name)
    offer(built, 2)
    miniature(built)
    warehouse = Warehouse(built / "warehouse" / "demo")
    published = warehouse.current() / "published"
    assert mode(published) == 0o750
    for path in published.rglob("*"):
        assert mode(path) == (0o750 if path.is_dir() else 0o440) and path.stat().st_gid == own
    above = [
        "warehouse",
        "warehouse/demo",
        "warehouse/demo/versions",
        f"warehouse/demo/versions/{published.parent.name}",
    ]
    assert [mode(built / name) for name in above] == [0o711] * 4
    versions = {f"warehouse/demo/versions/{version.name}" for version in warehouse.versions.iterdir()}
    others = [name for name in open_to_others(built) if "/published" not in name]
    assert set(others) <= {*above, *versions}
    # versions that were published before are the group's as well, and nobody's once policy names none
    close(built, "demo", warehouse, own)
    assert {mode(v / "published" / "customer360.duckdb") for v in warehouse.versions.iterdir()} == {0o440}
    close(built, "demo", warehouse, None)
    assert open_to_others(built) == []


def test_what_an_earlier_mask_left_open_is_closed_by_the_next_build(built):
    leak = built / "landing" / "demo" / "load_report.json"
    leak.chmod(0o644)
    (built / "landing" / "demo").chmod(0o755)
    assert open_to_others(built)
    offer(built, 2)
    miniature(built)
    close(built, "demo", Warehouse(built / "warehouse" / "demo"), None)
    assert open_to_others(built) == []


def test_a_group_that_does_not_exist_is_named_with_its_file(built):
    name_group(built, "no-such-group")
    with pytest.raises(
        DeclarationError, match=r"privacy_policy.csv: row 2, published_group: this machine has no group"
    ):
        published_group(built, "default")


# --- what people ask ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Path:
    file = tmp_path_factory.mktemp("copy") / "customer360.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema marts; create table marts.orders as select 1 as order_id")
    return file


@pytest.mark.parametrize(
    "sql",
    [
        "from read_csv('{other}')",
        "from read_text('{other}')",
        "from '{other}'",
        "from glob('{folder}/*')",
        "attach '{database}' as build",
        "attach '{database}' as build (read_only)",
        "copy marts.orders to '{folder}/stolen.csv'",
        "copy (select 1) to '{folder}/stolen.parquet' (format parquet)",
        "export database '{folder}/stolen'",
        "create table marts.mine as select 1",
        "drop table marts.orders",
        "set enable_external_access = true",
        "reset enable_external_access",
        "set allowed_paths = ['{other}']",
        "install httpfs",
    ],
)
def test_a_question_reads_the_copy_and_nothing_else(sql, copy, tmp_path):
    other = tmp_path / "other.csv"
    other.write_text("a\n1\n", encoding="utf-8")
    with duckdb.connect(str(tmp_path / "build.duckdb")) as connection:
        connection.execute("create table person as select 1 as phone")
    with ask(copy) as connection:
        assert connection.sql("from marts.orders").fetchall() == [(1,)]
        with pytest.raises(duckdb.Error):
            connection.execute(
                sql.format(other=other, folder=tmp_path, database=tmp_path / "build.duckdb")
            ).fetchall()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["build.duckdb", "other.csv"]
    with ask(copy) as connection:
        assert connection.sql("from marts.orders").fetchall() == [(1,)]


# --- what people give to make ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "given",
    [
        "PERIOD=x; touch {mark}",
        "PERIOD=`touch {mark}`",
        "PERIOD=x' ; touch {mark} ; '",
        'PERIOD=x" ; touch {mark} ; "',
        "PERIOD=$(shell touch {mark})",
        "PERIOD=$$(touch {mark})",
        "DATA=demo; touch {mark}",
        'DATA=demo"; touch {mark}; "',
    ],
)
def test_what_is_given_to_make_is_not_run(given, tmp_path):
    mark = tmp_path / "mark"
    done = subprocess.run(
        ["make", "-s", "-o", ".venv/.synced", "report", given.format(mark=mark)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode and not mark.exists()


def test_a_query_is_read_as_it_stands(tmp_path):
    mark = tmp_path / "mark"
    done = subprocess.run(
        [
            "make",
            "-s",
            "-o",
            ".venv/.synced",
            "query",
            "DATA=demo",
            f"SQL=select '$(shell touch {mark})' as x, 'a$' as y",
        ],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert not mark.exists()
    assert "$(shell" in done.stdout and "a$" in done.stdout


def test_no_recipe_holds_a_value_that_people_give():
    text = (PROJECT / "Makefile").read_text(encoding="utf-8")
    given = re.search(r"^GIVEN := (.*)$", text, re.MULTILINE)[1].split()
    recipes = "\n".join(line for line in text.splitlines() if line.startswith("\t"))
    assert not re.findall(rf"(?<!\$)\$[({{](?:{'|'.join(given)})\b", recipes)
