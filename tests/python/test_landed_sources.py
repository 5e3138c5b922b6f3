"""What models read of landed files: no file's name decides, no column that nobody declared, and no older file."""

from __future__ import annotations

import itertools
import json
import random
import re
from pathlib import Path

import duckdb
import pytest

from conftest import copy_project, offer_inputs, run_dbt, run_verb
from customer360.landing.writer import DECLARED

MEMBERS = "CARD_NO,NAME,MOBILE,REG_DATE\n"
OLD_MEMBERS = (
    MEMBERS + "M1,张伟,13912345670,20240102\nM2,李娜,13912345671,20240103\nM3,王芳,13912345672,20240104\n"
)
NEW_MEMBERS = (
    MEMBERS + "M1,张伟,13912340000,20240102\nM2,李娜,13912345671,20240103\nM9,赵敏,13912345679,20240601\n"
)
HEADING = ["客户编号", "姓名", "手机", "建档时间", "更新时间"]
DIGITS = "0123456789abcdef"


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    """A copy, landed and staged, in which one office delivers an undeclared column and one does not, and in which older
    lists of members come after a newer one: the first delivery again, and an export that was never seen."""
    root = copy_project(tmp_path_factory.mktemp("landed") / "project")
    demo = root / "datasets" / "demo.yml"
    demo.write_text(
        "\n".join(
            line for line in demo.read_text(encoding="utf-8").splitlines() if not line.startswith("prepare:")
        ),
        encoding="utf-8",
    )
    folder = root / "inbox" / "demo" / "crm" / "contacts"
    folder.mkdir(parents=True)
    plain = [["C1", "张伟", "13912345670", "2024-05-01 10:00:00", "2024-06-01 10:00:00"]]
    wider = [
        ["C1", "张伟", "13912345670", "2024-05-01 10:00:00", "2024-06-01 10:00:00", "老客户"],
        ["", "李娜", "13912345671", "2024-05-01 10:00:00", "2024-06-01 10:00:00", "无编号"],
    ]
    for name, heading, rows in (("a.csv", HEADING, plain), ("b.csv", [*HEADING, "备用"], wider)):
        text = "\n".join(",".join(row) for row in [heading, *rows]) + "\n"
        (folder / name).write_text(text, encoding="utf-8")
    members = root / "inbox" / "demo" / "pos" / "members"
    members.mkdir(parents=True)
    for files in (
        {"cards.csv": OLD_MEMBERS},
        {"cards.csv": NEW_MEMBERS},
        {"cards (1).csv": OLD_MEMBERS, "unseen.csv": OLD_MEMBERS.replace("M3,王芳", "M4,孙丽")},
    ):
        for name, text in files.items():
            (members / name).write_text(text, encoding="utf-8")
        done = run_verb(root, "land", "--data", "demo")
        assert done.returncode == 0, done.stderr[-2000:]
    offer_inputs(root, "demo")
    wanted = ["+quarantine", "+older_deliveries"]
    done = run_dbt(root, "demo", "build", "--select", *wanted, "--exclude-resource-type", "test", "unit_test")
    assert done.returncode == 0, done.stdout[-3000:]
    return root


def test_what_has_not_landed_is_said_in_one_sentence(tmp_path):
    root = copy_project(tmp_path / "project")
    done = run_dbt(root, "demo", "build", "--select", "+base_crm__contacts", "base_pos__members")
    assert done.returncode != 0
    told = " ".join(done.stdout.split())
    assert re.search(
        r"There is no file landing/demo/\S+, nor of 1 other sources that .* Run first: make build DATA=demo",
        told,
    )
    assert " ERROR " not in told and " SKIP " not in told


def answers(root: Path) -> tuple[list, list]:
    """Staged contacts with the rules they break, and quarantined rows, read out of the landed files as they lie now."""
    compiled = root / "target" / "demo" / "compiled" / "customer360" / "models"
    base = (compiled / "staging" / "crm" / "base" / "base_crm__contacts.sql").read_text(encoding="utf-8")
    quarantine = (compiled / "quality" / "quarantine.sql").read_text(encoding="utf-8")
    with duckdb.connect(str(root / "customer360.duckdb")) as connection:
        connection.execute("set file_search_path = ?", [str(root)])
        connection.execute("set timezone = 'UTC'")
        return (
            connection.execute(
                "select source_file, source_row, source_customer_id, phone, broken_rules"
                f" from ({base}) order by all"
            ).fetchall(),
            connection.execute(f"select * from ({quarantine}) order by all").fetchall(),
        )


def test_neither_names_nor_undeclared_columns_of_landed_files_decide_anything(project):
    folder = project / "landing" / "demo" / "crm" / "contacts"
    landed = sorted(path for path in folder.glob("*.parquet") if path.name != DECLARED)
    contents = [path.read_bytes() for path in landed]
    wanted = answers(project)
    staged, quarantined = wanted
    # the same contact in both files is one row twice: an undeclared column makes no difference
    assert [(row[0], row[2], row[4]) for row in staged] == [
        ("crm/contacts/a.csv", "C1", []),
        ("crm/contacts/b.csv", "C1", ["repeated_row"]),
        ("crm/contacts/b.csv", None, ["missing_record_key"]),
    ]
    kept = [json.loads(row[-1]) for row in quarantined if row[1] == "contacts"]
    assert sorted(row["x_备用"] for row in kept) == ["无编号", "老客户"]

    dice = random.Random(20261130)
    for first, second in itertools.product(DIGITS, "0f"):
        names = [f"{digit}{dice.randbytes(8).hex()[1:]}_01.parquet" for digit in (first, second)]
        for path in folder.glob("*_01.parquet"):
            path.unlink()
        for name, content in zip(names, contents, strict=True):
            (folder / name).write_bytes(content)
        assert answers(project) == wanted, names


def test_of_a_record_in_several_files_the_newer_file_counts_and_the_older_ones_are_named(project):
    with duckdb.connect(str(project / "customer360.duckdb")) as connection:
        connection.execute("set file_search_path = ?", [str(project)])
        members = connection.execute(
            "select source_customer_id, phone, source_file from staging.base_pos__members where broken_rules = [] order by all"
        ).fetchall()
        reasons = connection.execute(
            "select source_file, source_row, reason_code from quality.quarantine where entity = 'members' order by all"
        ).fetchall()
        older = connection.execute(
            "select source_file, newest_record, newer_file, newer_record, is_in_force from quality.older_deliveries"
            " order by all"
        ).fetchall()
    assert members == [
        ("M1", "+8613912340000", "pos/members/cards.csv"),
        ("M2", "+8613912345671", "pos/members/cards.csv"),
        ("M4", "+8613912345672", "pos/members/unseen.csv"),
        ("M9", "+8613912345679", "pos/members/cards.csv"),
    ]
    assert reasons == [
        ("pos/members/unseen.csv", 2, "conflicting_row"),
        ("pos/members/unseen.csv", 3, "repeated_row"),
    ]
    assert older == [
        ("pos/members/cards (1).csv", "2024-01-04", "pos/members/cards.csv", "2024-06-01", False),
        ("pos/members/unseen.csv", "2024-01-04", "pos/members/cards.csv", "2024-06-01", True),
    ]


def test_no_landed_file_begins_with_an_underscore(project):
    names = [path.name for path in (project / "landing").rglob("*.parquet")]
    assert names
    assert not [name for name in names if name.startswith(("_", "."))]
