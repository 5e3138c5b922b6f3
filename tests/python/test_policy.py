"""Policy files as people save them: read, or refused with file, row and column."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from conftest import PROJECT, copy_project
from customer360.core.data_sets import check_policy, load_data_set
from customer360.core.declarations import DeclarationError
from customer360.core.policy import BASE, PolicyTable, lay_out, policy_files, policy_folder, policy_table
from customer360.core.sources import load_sources


@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "big5", "utf-16"])
def test_a_file_in_another_encoding_is_named_with_its_row(encoding, tmp_path):
    file = tmp_path / "labels.csv"
    lines = [
        "code,label_en,label_zh",
        "a,Plain,plain",
        "b,Value,客戶" if encoding == "big5" else "b,Value,客户",
    ]
    file.write_bytes("\r\n".join(lines).encode(encoding))
    row = 1 if encoding == "utf-16" else 3
    with pytest.raises(DeclarationError, match=rf"labels.csv: row {row}: is not UTF-8.*CSV UTF-8"):
        PolicyTable(file)


def test_what_excel_saves_as_csv_utf_8_is_read(tmp_path):
    file = tmp_path / "labels.csv"
    file.write_bytes("code,label_zh\r\na,客户\r\n".encode("utf-8-sig"))
    assert PolicyTable(file, ["code", "label_zh"]).rows == [(2, {"code": "a", "label_zh": "客户"})]


@pytest.mark.parametrize("name", ["privacy_policy", "publication_gate", "tag_catalog", "value_tiers"])
def test_a_build_names_the_file_before_it_begins(name, tmp_path):
    project = copy_project(tmp_path / "project")
    file = project / "seeds" / "policy" / f"{name}.csv"
    text = file.read_text(encoding="utf-8")
    head, _, first = text.partition("\n")
    file.write_bytes(f"{head}\n{'客户' + first}".encode("gbk", errors="ignore"))
    done = subprocess.run(
        [sys.executable, "-m", "customer360", "build", "--data", "demo"],
        cwd=project,
        capture_output=True,
        text=True,
        env={"PATH": ""},
        check=False,
    )
    assert done.returncode == 2
    assert f"{name}.csv: row 2: is not UTF-8" in done.stderr and "Traceback" not in done.stderr


# --- a company's own files in the place of the base ---------------------------------------------------------


@pytest.fixture
def layered(tmp_path):
    """A base of two files and a company with one of its own."""
    for name, text in (
        ("seeds/policy/bands.csv", "code,low\na,1\n"),
        ("seeds/policy/labels.csv", "code,label\na,A\n"),
        ("seeds/policy/_bands.yml", "version: 2\n"),
        ("policies/mine/bands.csv", "code,low\na,7\n"),
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_the_base_stands_where_a_company_says_nothing(layered):
    assert policy_table(layered, "mine", "bands").only_row()["low"] == "7"
    assert policy_table(layered, "mine", "labels").only_row()["label"] == "A"
    assert policy_table(layered, BASE, "bands").only_row()["low"] == "1"


def test_dbt_finds_both_in_one_folder_that_stays_in_step(layered):
    assert policy_folder(layered, BASE, "shop") == "seeds/policy"
    folder = layered / policy_folder(layered, "mine", "shop")
    lay_out(layered, "mine", "shop")
    there = {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir()}
    assert there == {
        "bands.csv": "code,low\na,7\n",
        "labels.csv": "code,label\na,A\n",
        "_bands.yml": "version: 2\n",
    }
    before = (folder / "labels.csv").stat().st_mtime_ns
    (layered / "policies/mine/bands.csv").unlink()
    (layered / "seeds/policy/_bands.yml").unlink()
    lay_out(layered, "mine", "shop")
    assert (folder / "bands.csv").read_text(encoding="utf-8") == "code,low\na,1\n"
    assert not (folder / "_bands.yml").exists() and (folder / "labels.csv").stat().st_mtime_ns == before


def test_a_file_in_the_place_of_none_is_named(layered):
    (layered / "policies/mine/label.csv").write_text("code\n", encoding="utf-8")
    with pytest.raises(DeclarationError, match=r"policies/mine/label.csv.*Name it labels.csv"):
        policy_files(layered, "mine")


def test_a_company_of_no_policy_is_told_which_there_are(tmp_path):
    project = copy_project(tmp_path / "project")
    data_set = project / "datasets" / "demo.yml"
    data_set.write_text(
        re.sub(r"policy: \w+", "policy: nobodys", data_set.read_text(encoding="utf-8")), encoding="utf-8"
    )
    with pytest.raises(DeclarationError, match="Use one of: default, online_retail"):
        check_policy(project, load_data_set(project, "demo", load_sources(project)))


def test_a_column_that_the_base_has_and_a_company_has_not_is_named(tmp_path):
    project = copy_project(tmp_path / "project")
    file = project / "policies" / "online_retail" / "core_fields.csv"
    head, _, rest = file.read_text(encoding="utf-8").partition("\n")
    file.write_text(
        head.rsplit(",", 1)[0] + "\n" + "\n".join(line.rsplit(",", 1)[0] for line in rest.splitlines()),
        encoding="utf-8",
    )
    with pytest.raises(
        DeclarationError, match=rf"core_fields.csv: row 1: column {head.rsplit(',', 1)[1]} is missing"
    ):
        check_policy(project, load_data_set(project, "online_retail", load_sources(project)))


# --- labels that people read ---------------------------------------------------------------------------------


def test_high_value_names_the_value_tier_alone():
    """高价值 and "high value" are words for the value tier: the action group, the class by lifetime value and the
    strategies have names of their own, or two lists of different customers read alike."""
    others = (
        "rfm_action_groups",
        "strategies",
        "strategy_segments",
        "clv_classes",
        "rfm_classes",
        "abc_classes",
    )
    folders = [PROJECT / "seeds" / "policy", *(PROJECT / "policies").glob("*")]
    files = [folder / f"{seed}.csv" for folder in folders for seed in others]
    assert len([file for file in files if file.is_file()]) > len(others)
    alike = [
        (file.name, label)
        for file in files
        if file.is_file()
        for _, row in PolicyTable(file).rows
        for column, label in row.items()
        if column.startswith("label_") and ("高价值" in label or "high value" in label.lower())
    ]
    assert alike == []
    (tier,) = [
        row for _, row in policy_table(PROJECT, BASE, "value_tiers").rows if row["value_tier"] == "high"
    ]
    assert tier["label_zh"] == "高价值"
