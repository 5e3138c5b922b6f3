"""Which lines of a document count where it stands in several files: the SQL of with_broken_rules_of_lines on a few rows.

A line is written as day of landing / file / sheet / article=content. What a file ranks among all is the order of its name, unless
a rank is given as file@rank.
"""

from __future__ import annotations

import random

import duckdb
import pytest

from conftest import PROJECT
from customer360.core.macros import Macros

ONCE, AGAIN, OLDER = "", "repeated_row", "conflicting_row"

CASES = {
    "a document cut over two files": [("1/a//A=1", ONCE), ("1/a//B=1", ONCE), ("1/b//D=1", ONCE)],
    "a document cut over three files": [("1/a//A=1", ONCE), ("1/b//B=1", ONCE), ("1/c//C=1", ONCE)],
    "a document cut over the sheets of a workbook": [("1/a/s1/A=1", ONCE), ("1/a/s2/B=1", ONCE)],
    "a line twice in one file": [("1/a//A=1", ONCE), ("1/a//A=1", ONCE)],
    "a file that repeats another": [
        ("1/a//A=1", AGAIN),
        ("1/a//B=1", AGAIN),
        ("1/b//A=1", ONCE),
        ("1/b//B=1", ONCE),
    ],
    "sheets that repeat each other": [("1/a/s1/A=1", AGAIN), ("1/a/s2/A=1", ONCE)],
    "a part and a file of all": [("1/a//A=1", ONCE), ("1/a//B=1", AGAIN), ("1/b//B=1", ONCE)],
    "a line twice in the file that holds it most often": [
        ("1/a//A=1", AGAIN),
        ("1/b//A=1", ONCE),
        ("1/b//A=1", ONCE),
    ],
    "sheets with other contents of one article": [("1/a/s1/A=1", ONCE), ("1/a/s2/A=2", ONCE)],
    "a file of the same day states a line anew": [
        ("1/a//A=1", OLDER),
        ("1/a//B=1", OLDER),
        ("1/b//A=2", ONCE),
    ],
    "a rank says which of two files of a day is newer": [("1/a@2//A=1", ONCE), ("1/b@1//A=2", OLDER)],
    "a later file states the document anew without a line": [
        ("1/a//A=1", OLDER),
        ("1/a//B=1", OLDER),
        ("2/b//A=1", ONCE),
    ],
    "a later file with other articles is a part": [("1/a//A=1", ONCE), ("2/b//D=1", ONCE)],
    "a later file states a whole delivery anew": [
        ("1/a//A=1", OLDER),
        ("1/b//D=1", OLDER),
        ("2/c//A=2", ONCE),
    ],
    "a part that is corrected later": [("1/a//A=1", ONCE), ("2/b//D=2", ONCE)],
    "a part stated anew leaves the others": [("1/a//A=1", ONCE), ("2/b//D=1", OLDER), ("3/c//D=2", ONCE)],
    "what an older state repeats is not lost with it": [
        ("1/a//A=1", OLDER),
        ("1/a//B=1", OLDER),
        ("1/b//B=1", ONCE),
        ("1/c//A=2", ONCE),
    ],
    "a broken line states nothing": [("1/a//A=1", ONCE), ("1/b//A=broken", "zero_quantity")],
    "other documents do not matter": [("1/a//A=1", ONCE), ("1/b/other/A=2", ONCE)],
}


@pytest.fixture(scope="module")
def query() -> str:
    macros = Macros((PROJECT / "macros" / folder for folder in ("portable", "words", "staging")), {})
    return macros["with_broken_rules_of_lines"](
        "landed", [("zero_quantity", "content = 'broken'")], document="number", line_of=["article"]
    )


def told(query: str, lines: list[str], order: list[int]) -> list[tuple[str, int]]:
    """Reason and part of each line, in the order given; the rows stand in the table in another one."""
    with duckdb.connect() as connection:
        connection.execute(
            """
            create table landed (
                line integer, number varchar, article varchar, content varchar, content_hash ubigint, row_kind varchar,
                landed_at timestamp, source_file varchar, load_id varchar, source_sheet varchar, source_row bigint, load_rank bigint
            )
            """
        )
        for place in order:
            day, file, sheet, line = lines[place].split("/")
            file, _, rank = file.partition("@")
            article, content = line.split("=")
            connection.execute(
                "insert into landed values (?, ?, ?, ?, hash(?), 'data', cast(? as timestamp), ?, ?, ?, ?, ?)",
                [place, "R2" if sheet == "other" else "R1", article, content, f"{article}{content}", f"2026-01-0{day}", file,
                 f"load of {file}", sheet or None, place, rank or None],
            )  # fmt: skip
        rows = connection.execute(
            f"select line, broken_rules, document_part from ({query}) order by line"
        ).fetchall()
    return [((broken or [""])[0], part) for _, broken, part in rows]


@pytest.mark.parametrize("name", CASES)
def test_of_a_document_in_several_files_each_line_counts_as_often_as_it_was_sold(
    query: str, name: str
) -> None:
    lines, wanted = zip(*CASES[name], strict=True)
    orders = [list(range(len(lines))), list(reversed(range(len(lines))))]
    orders.append(random.Random(name).sample(orders[0], len(lines)))
    for order in orders:
        assert [reason for reason, _ in told(query, list(lines), order)] == list(wanted)


def test_the_parts_of_a_cut_document_are_numbered_by_file(query: str) -> None:
    lines = ["1/b//B=1", "1/a//A=1", "2/c//C=1", "1/b//E=1", "1/a/other/A=1"]
    assert told(query, lines, [0, 1, 2, 3, 4]) == [("", 2), ("", 1), ("", 3), ("", 2), ("", 1)]
