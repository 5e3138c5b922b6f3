"""Policy files as people save them: read, or refused with file, row and column."""

from __future__ import annotations

import subprocess
import sys

import pytest

from conftest import copy_project
from customer360.policy import PolicyTable
from customer360.sources import DeclarationError


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
    file = project / "seeds" / "policy" / "default" / f"{name}.csv"
    text = file.read_text(encoding="utf-8")
    head, _, first = text.partition("\n")
    file.write_bytes(f"{head}\n{'客户' + first}".encode("gbk", errors="ignore"))
    done = subprocess.run(
        [sys.executable, "scripts/build.py", "--data", "demo"],
        cwd=project,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(project / "scripts"), "PATH": ""},
        check=False,
    )
    assert done.returncode == 2
    assert f"{name}.csv: row 2: is not UTF-8" in done.stderr and "Traceback" not in done.stderr
