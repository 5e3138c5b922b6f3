"""`check-data` as a whole process, on the retailer of six systems that the tests bring (tests/companies/teahouse), each of
its records so many times over as makes so many rows.

The first check parses the project, the later ones what has changed. Nothing here is a test.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from python_calamine import CalamineWorkbook

from bench.measuring import PROJECT, copy_project, measure, read_arguments
from customer360.core.steps import own_command
from customer360.privacy.hashing_key import DEMO_KEY

COMPANY = "teahouse"
_KEYS = frozenset(
    [
        "DDBH",
        "YDDBH",
        "SKBH",
        "KHBM",
        "oid",
        "uid",
        "cid",
        "AccNo",
        "acc",
        "card",
        "rid",
        "卡号",
        "会员卡",
        "小票",
        "流水",
    ]
)
"""Headings of keys: each copy of a record has keys of its own."""
_SHARED = ("dmb", "sp", "campaigns")
"""Lists that a larger company has no more of."""


def _rows_of(file: Path) -> tuple[list[list[str]], str, str]:
    """The rows of a file, its encoding and its delimiter."""
    if file.suffix == ".xlsx":
        sheet = CalamineWorkbook.from_path(file).get_sheet_by_index(0)
        return [list(map(str, row)) for row in sheet.to_python()], "utf-8-sig", ","
    data = file.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        delimiter = max(",;|\t", key=text.partition("\n")[0].count)
        return list(csv.reader(text.splitlines(), delimiter=delimiter)), encoding, delimiter
    raise ValueError(f"{file}: no encoding fits")


def grow(inbox: Path, rows: int) -> int:
    """Write every file of the inbox again with its records so many times over as makes at least so many rows of all; how
    many they are then."""
    tables = {file: _rows_of(file) for file in sorted(inbox.glob("*/*/*")) if file.parent.name not in _SHARED}
    once = sum(len(found) for found, *_ in tables.values())
    copies = -(-rows // once)
    written = 0
    for file, (found, encoding, delimiter) in tables.items():
        top = max(range(min(8, len(found))), key=lambda place: sum(map(bool, found[place])))
        keys = [place for place, heading in enumerate(found[top]) if heading.strip() in _KEYS]
        file.unlink()
        with file.with_suffix(".csv").open("w", encoding=encoding, newline="") as target:
            writer = csv.writer(target, delimiter=delimiter, lineterminator="\n")
            writer.writerows(found[: top + 1])
            for copy in range(copies):
                for row in found[top + 1 :]:
                    for place in keys:
                        if place < len(row) and row[place]:
                            row = [*row[:place], f"{row[place]}{copy:03d}", *row[place + 1 :]]
                    writer.writerow(row)
                    written += 1
    return written


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--checks", type=int, default=2, help="the first one parses the project")
    chosen = read_arguments(parser, arguments, rows=2_000, checks=1)
    sys.path.insert(0, str(PROJECT / "tests" / "companies"))
    from bring import bring

    os.environ.setdefault("CUSTOMER360_HMAC_KEY", DEMO_KEY)
    with tempfile.TemporaryDirectory() as scratch:
        project = copy_project(Path(scratch) / "project")
        bring(project, COMPANY)
        rows = grow(project / "inbox" / COMPANY, chosen.rows)
        for number in range(1, chosen.checks + 1):
            command = own_command("--project", str(project), "check-data", "--name", COMPANY)
            found = measure(command)
            print(
                f"check {number}: {rows:,} rows, wall {found.wall:.1f} s, CPU {found.cpu:.1f} s,"
                f" peak {found.peak_mb:,.0f} MB",
                flush=True,
            )


if __name__ == "__main__":
    main()
