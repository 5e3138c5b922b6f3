"""Conservation: whatever happens to a file, each of its rows lands exactly once or the file is set aside."""

from __future__ import annotations

import itertools
import json
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from customer360.landing import delimited
from customer360.landing.parts import Batch, NotClean
from customer360.landing.totals import TotalWords
from landing_kit import HEADING, Place, csv_bytes, xls, xlsx

LOOSE = {"suppress_health_check": list(HealthCheck), "deadline": None, "derandomize": True}
TEXTS = [
    "",
    "x",
    "送货上门",
    'a,"b"',
    "two\nlines",
    "¥5",
    " ",
    "合计",
    "Total",
    "备注：无",
    "NULL",
    '5" pipe',
]


# --- damages ---------------------------------------------------------------------------------------------


def rows_of(seed: random.Random, count: int) -> list[list[str]]:
    """Rows that can be told apart by their order number."""
    return [
        [
            f"K{n:05d}",
            seed.choice(TEXTS),
            f"1380013{n:04d}",
            "2024-03-01",
            f"{seed.randint(1, 99)}.5",
            seed.choice(TEXTS),
        ]
        for n in range(count)
    ]


def parquet(rows: list[list[str]], path: Path) -> bytes:
    columns = {
        name: pa.array([row[n] or None for row in rows[1:]], pa.string()) for n, name in enumerate(rows[0])
    }
    pq.write_table(pa.table(columns), path, row_group_size=7)
    return path.read_bytes()


WRITERS: dict[str, Callable[[list[list[str]]], bytes]] = {
    "csv": csv_bytes,
    "tsv": lambda rows: csv_bytes(rows, delimiter="\t", end="\r\n"),
    "gb.csv": lambda rows: csv_bytes(rows, encoding="gb18030"),
    "utf16.csv": lambda rows: csv_bytes(rows, encoding="utf-16"),
    "jsonl": lambda rows: b"".join(
        json.dumps(dict(zip(rows[0], row, strict=True)), ensure_ascii=False).encode() + b"\n"
        for row in rows[1:]
    ),
    "json": lambda rows: json.dumps([dict(zip(rows[0], row, strict=True)) for row in rows[1:]]).encode(),
    "xlsx": lambda rows: xlsx(rows),
    "xls": lambda rows: xls(rows),
}


def wanted(rows: list[list[str]]) -> list[tuple[str | None, ...]]:
    """What rows with the known headings in any order must land as, whatever their order."""
    places = {name: rows[0].index(name) for name in HEADING if name in rows[0]}
    return sorted(
        (
            tuple(row[places[name]] or None if name in places else None for name in HEADING)
            for row in rows[1:]
        ),
        key=str,
    )


def fields(text: str, delimiter: str) -> Iterator[list[str]]:
    """Another reading of delimited text (RFC 4180, one character at a time), to hold landing against."""
    row, cell, quoted, was_quoted, begun = [], "", False, False, False
    for here, following in itertools.zip_longest(text, text[1:]):
        if quoted:
            if here == '"' and following == '"' and not was_quoted:
                was_quoted = True
            elif here == '"' and was_quoted:
                cell, was_quoted = cell + '"', False
            elif here == '"':
                quoted = False
            else:
                cell += here
        elif here == '"' and not cell:
            quoted = begun = True
        elif here == delimiter:
            row, cell, begun = [*row, cell], "", True
        elif here == "\n" or (here == "\r" and following != "\n"):
            if begun or cell:
                yield [*row, cell]
            row, cell, begun = [], "", False
        elif here != "\r":
            cell, begun = cell + here, True
    if begun or cell:
        yield [*row, cell]


def run(place: Place) -> tuple[int, list[tuple[Any, ...]]]:
    """Land twice; the second run must change nothing. Exit code and all rows with their cells."""
    code = place.land()
    before = place.content()
    assert place.land() == code
    assert place.content() == before
    marks = place.rows(["_load_id", "_source_sheet", "_source_row"])
    assert len(set(marks)) == len(marks)
    return code, sorted(place.rows(), key=str)


def damage_kept(kind: str, rows: list[list[str]], seed: random.Random) -> list[list[str]]:
    """A change after which every row must still land."""
    order = seed.sample(range(len(HEADING)), len(HEADING))
    match seed.choice(["none", "shuffled rows", "shuffled columns", "optional column gone", "blank rows"]):
        case "shuffled rows":
            return [rows[0], *seed.sample(rows[1:], len(rows) - 1)]
        case "shuffled columns":
            return [[row[n] for n in order] for row in rows]
        case "optional column gone":
            gone = seed.choice([1, 2, 5])
            return [[cell for n, cell in enumerate(row) if n != gone] for row in rows]
        case "blank rows" if not kind.startswith("json"):
            at = seed.randint(1, len(rows))
            return [*rows[:at], [""] * len(HEADING), *rows[at:]]
    return rows


@pytest.fixture(scope="module")
def places() -> Iterator[Callable[[], Place]]:
    root = Path(tempfile.mkdtemp())
    yield lambda: Place(Path(tempfile.mkdtemp(dir=root)))
    shutil.rmtree(root)


def check_kept(places: Callable[[], Place], number: int) -> None:
    """Shuffled, thinned, repeated: all rows land, each once."""
    seed = random.Random(number)
    place = places()
    kind = seed.choice([*WRITERS, "parquet"])
    rows = damage_kept(kind, [HEADING, *rows_of(seed, seed.randint(3, 60))], seed)
    content = parquet(rows, place.root / "made") if kind == "parquet" else WRITERS[kind](rows)
    for copy in range(seed.randint(1, 3)):
        place.put(f"{copy}.{kind}", content)
    code, landed = run(place)
    assert code == 0
    assert landed == [row for row in wanted(rows) if any(row)]


def check_damaged(places: Callable[[], Place], number: int) -> None:
    """Cut or with bytes changed: the rows that the damaged file holds land, each once, or none does."""
    seed = random.Random(number)
    place = places()
    kind = seed.choice([*WRITERS, "parquet"])
    rows = [HEADING, *rows_of(seed, seed.randint(3, 60))]
    content = bytearray(parquet(rows, place.root / "made") if kind == "parquet" else WRITERS[kind](rows))
    is_text = kind.endswith(("csv", "tsv", "jsonl"))
    how = seed.choice(["cut", "cut", "flip", "zeros", "required column gone"])
    # Only text can be read a second way here, and only xlsx carries checksums over its values.
    if how == "required column gone":
        gone = seed.choice([0, 3, 4])
        content = bytearray(b"")
        thinned = [[cell for n, cell in enumerate(row) if n != gone] for row in rows]
        content += parquet(thinned, place.root / "made") if kind == "parquet" else WRITERS[kind](thinned)
    elif how == "flip" and (is_text or kind == "xlsx"):
        for _ in range(seed.randint(1, 3)):
            content[seed.randrange(len(content))] ^= 1 << seed.randrange(8)
    elif how == "zeros":
        start = seed.randrange(len(content))
        content[start:] = bytes(len(content) - start)
    else:
        how = "cut"
        del content[seed.randrange(len(content)) :]
    place.put("healthy.csv", csv_bytes([HEADING, ["H1", "x", "1", "2024-03-01", "1", "x"]]))
    place.put(f"damaged.{kind}", bytes(content))
    code, landed = run(place)
    assert ("H1", "x", "1", "2024-03-01", "1", "x") in landed
    damaged = place.file(f"damaged.{kind}")
    if damaged["status"] == "set_aside":
        assert code == 1 and len(landed) == 1
        return
    assert how != "required column gone"
    if is_text:
        text = bytes(content).decode({"gb.csv": "gb18030", "utf16.csv": "utf-16"}.get(kind, "utf-8-sig"))
        check_against_text(place, text, kind)
    else:
        assert [row for row in landed if row[0] != "H1"] == wanted(rows)


def check_against_text(place: Place, text: str, kind: str) -> None:
    """All non-empty cells of each row of a text file, under whatever column, are those that landed."""
    columns = [c for c in place.columns() if not c.startswith("_")]
    found = place.rows(columns, where="_source_file like '%damaged%'")
    cells = sorted(sorted(cell for cell in row if cell) for row in found)
    if kind == "jsonl":
        expected = [
            [str(v) for v in json.loads(line).values() if v] for line in text.splitlines() if line.strip()
        ]
    else:
        expected = list(fields(text, "\t" if kind == "tsv" else ","))[1:]
    assert cells == sorted(sorted(filter(None, row)) for row in expected if any(row))


@settings(max_examples=20, **LOOSE)
@given(st.integers(0, 2**32))
def test_no_row_is_lost_or_doubled_by_what_people_do_to_files(places: Any, number: int) -> None:
    check_kept(places, number)


@settings(max_examples=20, **LOOSE)
@given(st.integers(0, 2**32))
def test_a_damaged_file_lands_whole_or_not_at_all(places: Any, number: int) -> None:
    check_damaged(places, number)


@pytest.mark.slow
@settings(max_examples=200, **LOOSE)
@given(st.integers(0, 2**32), st.booleans())
def test_conservation_on_two_hundred_random_damages(places: Any, number: int, harmless: bool) -> None:
    (check_kept if harmless else check_damaged)(places, number)


# --- the two ways of reading delimited text ---------------------------------------------------------------


def flat(batches: Iterator[Batch]) -> list[tuple[Any, ...]]:
    return [
        row
        for batch in batches
        for row in zip(batch.numbers.to_pylist(), *(c.to_pylist() for c in batch.columns), strict=True)
        if any(row[1:])
    ]


@settings(max_examples=150, **LOOSE)
@given(st.text(alphabet=',,,"" \n\na中\r\t;5', max_size=40))
@example('1,"q" "r",3\n')
@example('1,"" "r",3\n')
@example('1, "q,r",3\n')
@example('1,2,"3" \n')
@example("1,2,3,\n")
@example('1,""" ""x",3\n')
def test_the_quick_way_gives_what_the_careful_way_gives_or_withdraws(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "quick.csv"
    path.write_text("a,b,c\n" + text, encoding="utf-8", newline="")
    whole = delimited._count(path)
    if not whole.is_plain:
        return
    try:
        quick = flat(delimited._quick(path, ",", 1, 3, whole))
    except NotClean:
        return
    assert quick == flat(delimited._careful(path, ",", 1, 3, whole, TotalWords(["Total"])))


def test_the_quick_way_is_taken_for_clean_text(tmp_path: Path, monkeypatch: Any) -> None:
    def refuse(*given: Any) -> Any:
        raise AssertionError("the careful way was taken")

    monkeypatch.setattr(delimited, "_careful", refuse)
    rows = [
        [f"K{n}", 'a,"b"', "two\nlines" if n % 50 == 3 else "送货", "2024-03-01", "1.5", ""]
        for n in range(500)
    ]
    place = Place(tmp_path)
    place.put("a.csv", csv_bytes([HEADING, *rows]))
    assert place.land() == 0
    assert place.rows() == [tuple(cell or None for cell in row) for row in rows]


def test_a_damage_far_down_a_long_file_is_judged_like_one_at_its_top(tmp_path: Path, capsys: Any) -> None:
    clean = csv_bytes([HEADING]) + b"".join(b"K%d,x,1,2024-03-01,1,x\n" % n for n in range(300_000))
    place = Place(tmp_path)
    place.put("total.csv", clean + "合计,300000\n".encode())
    place.put("uneven.csv", clean + b"S1,personal\n" + b"K,x,1,2024-03-01,1,x\n")
    assert place.land() == 1
    told = capsys.readouterr()
    assert "personal" not in told.out + told.err
    assert place.file("uneven.csv")["reason"]["rows"] == [300_002]
    assert place.file("total.csv")["status"] == "landed"
    (load,) = next(table for table in place.report()["tables"] if table["entity"] == "orders")["loads"]
    assert (load["rows"]["data"], load["rows"]["total"]) == (300_000, 1)


# --- killed at any moment --------------------------------------------------------------------------------

KILLED = """
import os, signal, sys
from customer360.cli import main
from customer360.landing import inbox, run
point, seen = int(sys.argv[1]), 0

def count(frame, event, argument):
    global seen
    seen += 1
    if seen == point:
        os.kill(os.getpid(), signal.SIGKILL)

land = run.land
def watched(*given):
    sys.setprofile(count)
    try:
        return land(*given)
    finally:
        sys.setprofile(None)
inbox.land = watched
code = main(sys.argv[2:])
print(seen)
sys.exit(code)
"""


def landed_once(root: Path) -> Place:
    """A landing with an earlier state, and an inbox that brings every kind of change to it."""
    place = Place(root)
    seed = random.Random(5)
    rows = rows_of(seed, 400)
    place.put("replaced.csv", csv_bytes([HEADING, *rows[:100]]))
    place.put("kept.xlsx", xlsx([HEADING, *rows[100:120]]))
    place.put("passed on.csv", csv_bytes([HEADING, *rows[120:140]]))
    place.put("p.csv", b"payment_no,amount\n1,5\n", "erp/payments")
    old, new = (
        [[f"O{day}", *rows[0][1:3], f"2024-{month}-{day}", "5", ""] for day in range(10, 20)]
        for month in (10, 11)
    )
    place.put("aged.csv", csv_bytes([HEADING, *old]))
    place.put("stale.csv", csv_bytes([HEADING, *new[:5]]))
    assert place.land() == 0
    place.put("aged.csv", csv_bytes([HEADING, *new]))
    place.put("aged, again.csv", csv_bytes([HEADING, *old]))
    place.put("stale.csv", csv_bytes([HEADING, *old[:5]]))
    place.put("unseen.csv", csv_bytes([HEADING, *old[:7]]))
    place.put("replaced.csv", csv_bytes([HEADING, *rows[140:300]]))
    place.put("new in chinese.csv", csv_bytes([HEADING, *rows[300:350]], encoding="gb18030"))
    place.put("new.xlsx", xlsx([HEADING, *rows[350:370]], [HEADING, *rows[370:]]))
    place.put("taken over.csv", csv_bytes([HEADING, *rows[120:140]]))
    place.put("passed on.csv", csv_bytes([HEADING, *rows[100:110]]))
    place.put("broken.xlsx", xlsx([HEADING, *rows])[:-40])
    place.put("p.csv", b"payment_no,amount\n2,5\n", "erp/payments")
    return place


def in_another_process(place: Place, point: int) -> subprocess.CompletedProcess[str]:
    arguments = ["--project", str(place.root), "land", "--data", "demo"]
    return subprocess.run(
        [sys.executable, "-c", KILLED, str(point), *arguments],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def check_kills(root: Path, points: int) -> None:
    start = landed_once(root / "start")
    undisturbed = root / "undisturbed"
    shutil.copytree(start.root, undisturbed)
    whole = in_another_process(_at(undisturbed), 0)
    assert whole.returncode == 1, whole.stderr
    expected, moments = _at(undisturbed).content(), int(whole.stdout.splitlines()[-1])
    assert len(expected) > 8
    older = [file["path"] for file in _at(undisturbed).report()["files"] if file["status"] == "older"]
    assert older == ["erp/orders/aged, again.csv", "erp/orders/stale.csv"]
    for number, point in enumerate(random.Random(points).sample(range(1, moments), points)):
        shutil.copytree(start.root, root / str(number))
        place = _at(root / str(number))
        assert in_another_process(place, point).returncode == -9
        assert place.land() == 1
        assert place.content() == expected, f"killed at {point} of {moments}"
        assert not list(place.landing.rglob("*.tmp")) and not (place.landing / ".scratch").exists()


def _at(root: Path) -> Place:
    place = Place.__new__(Place)
    place.root, place.inbox, place.landing = root, root / "inbox" / "demo", root / "landing" / "demo"
    return place


def test_killed_and_run_again_is_as_if_undisturbed(tmp_path: Path) -> None:
    check_kills(tmp_path, 4)


@pytest.mark.slow
def test_killed_at_twenty_points_and_run_again_is_as_if_undisturbed(tmp_path: Path) -> None:
    check_kills(tmp_path, 20)
