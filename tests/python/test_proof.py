"""The proof of an erasure: a value is found wherever and however it is written, and what only looks like it is not."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer360.privacy import proof
from customer360.privacy.proof import scan
from landing_kit import xlsx

# Invented persons.
PHONE, LANDLINE, ABROAD = "+8613912345670", "+862161234567", "+85261234567"
AMERICAN, RUSSIAN, GERMAN = "+14155501234", "+74959112233", "+491715509876"
EMAIL = "li.wei@qq.com"
MEMBER, BUYER, UNION, RECORD = (
    "8670254928",
    "tb4035827163",
    "oKtYTyEQVyceioiNhLtsoT26PGq",
    "app:008c744c506f86b034feacb5",
)
VALUES = [PHONE, LANDLINE, ABROAD, AMERICAN, RUSSIAN, GERMAN, EMAIL, MEMBER, BUYER, UNION, RECORD]

WRITTEN = [
    "13912345670",
    "电话13912345670。",
    "tel13912345670wx",
    "+86 139-1234-5670",
    "(+86)139 1234 5670",
    "008613912345670",
    "86-139 1234 5670",
    "139.1234.5670",
    "１３９－１２３４－５６７０",
    "13912345670-801",
    "2026-11-05 13912345670 7",
    json.dumps("电话13912345670"),
    json.dumps("\n13912345670"),
    "tel=%2B8613912345670&next",
    "q=%2013912345670",
    "021-61234567",
    "(021)61234567转801",
    "+86 21 6123 4567",
    "+852 6123 4567",
    "00852 61234567",
    "(415) 550-1234",
    "1 (415) 550-1234",
    "+1 415.550.1234 ext. 5",
    "011 1 415 550 1234",
    "8 (495) 911-22-33",
    "+7 495 911-22-33",
    "0171 5509876",
    "+49 (0)171 550 9876",
    "LI.WEI@QQ.com",
    "<li.wei@qq.com>",
    "邮箱li.wei@qq.com，",
    "ｌｉ．ｗｅｉ＠ｑｑ．ｃｏｍ",
    "to=li.wei@qq.com.",
    "li.wei@qq.com_old.csv",
    json.dumps("邮箱li.wei@qq.com"),
    json.dumps("\nli.wei@qq.com"),
    "8670254928",
    "会员8670254928。",
    "['8670254928', 'x']",
    "no=8670254928;",
    "TB4035827163",
    "of_oKtYTyEQVyceioiNhLtsoT26PGq.json",
    "app:008c744c506f86b034feacb5",
]
NEAR = [
    "139123456701",
    "913912345670",
    "86139123456701",
    "1391234567",
    "13912345671",
    "6222 0013 9123 4567 0221",
    "c0ffee13912345670bad0feedc0ffee13912345670",
    "0216123456",
    "021612345679",
    "852612345678",
    "24155501234",
    "41555012345",
    "84155501234",
    "14959112233",
    "17155098761",
    "ali.wei@qq.com",
    "x.li.wei@qq.com",
    "li.wei@qq.com.cn",
    "li.wei@qq.community",
    "li.wei@qq.com-mail.cn",
    "tb8670254928",
    "wx8670254928",
    "86702549280",
    "SO-8670254928",
    "8670254928-1",
    "8670254928.5",
    "xtb4035827163",
    "tb40358271630",
]


Kind = Callable[[Path, list[str]], None]


def as_text(path: Path, texts: list[str]) -> None:
    path.with_suffix(".log").write_text("\n".join(texts), encoding="utf-8")


def as_unicode_text(path: Path, texts: list[str]) -> None:
    """As Excel calls UTF-16."""
    path.with_suffix(".txt").write_text("\n".join(texts), encoding="utf-16")


def as_parquet(path: Path, texts: list[str]) -> None:
    """Compressed pages: the bytes show nothing."""
    with duckdb.connect() as connection:
        connection.execute("create table t as select unnest(?::varchar[]) as remark", [texts])
        connection.execute(
            f"copy (select remark from t, range(2000)) to '{path.with_suffix('.parquet')}'"
            " (format parquet, compression zstd)"
        )


def as_table(path: Path, texts: list[str]) -> None:
    """Compressed blocks."""
    with duckdb.connect(str(path.with_suffix(".duckdb"))) as connection:
        connection.execute(
            "create table t as select unnest(?::varchar[]) as remark from range(2000)", [texts]
        )


def as_short_table(path: Path, texts: list[str]) -> None:
    """Blocks in which strings lie end to end."""
    with duckdb.connect(str(path.with_suffix(".duckdb"))) as connection:
        connection.execute("create table t as select unnest(?::varchar[]) as remark", [texts])


def as_lists(path: Path, texts: list[str]) -> None:
    with duckdb.connect(str(path.with_suffix(".duckdb"))) as connection:
        connection.execute("create table t as select ['x', unnest(?::varchar[])] as remarks", [texts])


def as_workbook(path: Path, texts: list[str]) -> None:
    path.with_suffix(".xlsx").write_bytes(xlsx([["remark"], *([text] for text in texts)]))


def as_renamed_workbook(path: Path, texts: list[str]) -> None:
    """As somebody saved it aside."""
    path.with_suffix(".bak").write_bytes(xlsx([["remark"], *([text] for text in texts)]))


def packed(name: str, compress: Callable[[bytes], bytes]) -> Kind:
    """A compressed text."""

    def write(path: Path, texts: list[str]) -> None:
        path.with_suffix(".packed").write_bytes(compress("\n".join(texts).encode()))

    write.__name__ = name
    return write


def zipped(inner: Kind) -> Kind:
    """Another file in a zip file."""

    def write(path: Path, texts: list[str]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            inner(Path(folder) / "inner", texts)
            with zipfile.ZipFile(path.with_suffix(".zip"), "w", zipfile.ZIP_DEFLATED) as archive:
                for file in Path(folder).iterdir():
                    archive.write(file, file.name)

    write.__name__ = f"zipped_{inner.__name__}"
    return write


PLAIN = [as_text, as_parquet, as_table, as_short_table, as_lists]
PACKED = [
    packed("gzip", gzip.compress),
    packed("bz2", bz2.compress),
    packed("xz", lzma.compress),
    packed("zstd", lambda content: pa.Codec("zstd").compress(content, asbytes=True)),
    packed("gzip_of_gzip", lambda content: gzip.compress(gzip.compress(content))),
]
KINDS = [*PLAIN, as_unicode_text, as_workbook, as_renamed_workbook, *PACKED]
KINDS += [
    zipped(inner) for inner in (as_text, as_workbook, as_parquet, as_table, PACKED[0], zipped(as_workbook))
]


@pytest.mark.parametrize("written", WRITTEN)
def test_a_value_is_found_however_it_is_written(written: str, tmp_path: Path) -> None:
    as_text(tmp_path / "dbt", ["nothing", f"before {written} behind"])
    assert scan([tmp_path], VALUES).found == [str(tmp_path / "dbt.log")]


@pytest.mark.parametrize("write", KINDS)
@pytest.mark.parametrize("value", range(len(VALUES)))
def test_each_kind_of_value_is_found_in_each_kind_of_file(write: Kind, value: int, tmp_path: Path) -> None:
    """Among values that look like it."""
    planted = {0: "13912345670", 1: "021-61234567", 2: "85261234567"}.get(value, VALUES[value])
    write(tmp_path / "file", [*NEAR, planted])
    places = scan([tmp_path], VALUES).found
    assert places and not any(planted in place for place in places)
    assert all(place.startswith(str(tmp_path / "file")) for place in places)
    assert write not in PLAIN[1:] or any(place.endswith(("remark", "remarks")) for place in places)


@pytest.mark.parametrize("write", KINDS)
def test_what_only_looks_like_a_value_is_no_find(write: Kind, tmp_path: Path) -> None:
    """Alone and in all orders: digits of a longer number, ids that end with the digits of another id."""
    for number, texts in enumerate([NEAR, NEAR[::-1], *([near] for near in NEAR)]):
        write(tmp_path / f"file{number}", texts)
    assert scan([tmp_path], VALUES).found == []


def test_a_number_in_a_cell_of_a_workbook_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(xlsx([[13912345671], [139123456]]))
    assert scan([tmp_path], VALUES).found == []
    (tmp_path / "b.xlsx").write_bytes(xlsx([[13912345671], [13912345670]]))
    assert scan([tmp_path], VALUES).found == [str(tmp_path / "b.xlsx")]


@pytest.mark.parametrize("kind", ["bigint", "double", "decimal(18, 2)", "hugeint", "bigint[]"])
def test_a_number_is_found_in_a_column_of_numbers(kind: str, tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "a.duckdb")) as connection:
        connection.execute("create schema marts")
        value = "[n]" if kind.endswith("[]") else "n"
        connection.execute(
            f"create table marts.t as select {value}::{kind} as n, 1.5::decimal(3, 1) as share"
            " from (values (13912345671), (139123456), (13912345670)) as v(n)"
        )
        connection.execute(
            "create table marts.near as select n + 1 as n from marts.t" if value == "n" else ""
        )
    found = scan([tmp_path], VALUES).found
    assert found == [f'{tmp_path / "a.duckdb"}: "marts"."t".n']


def test_what_was_deleted_is_found_in_the_free_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a block that no table has any more, numbers lie end to end."""
    file = tmp_path / "a.duckdb"
    with duckdb.connect() as connection:
        connection.execute(f"attach '{file}' as a (storage_version 'v1.4.0'); use a")  # as profiles.yml
        for name, start in (("before", 0), ("gone", 300_000), ("behind", 600_000)):
            connection.execute(
                f"create table {name} as"
                f" select '139' || lpad(((i * 7368787) % 100000000)::varchar, 8, '0') as phone"
                f" from range({start}, {start} + 300000) as r(i)"
            )
            connection.execute("checkpoint")
        gone = {phone for (phone,) in connection.execute("select phone from gone").fetchall()}
        connection.execute("drop table gone")
        connection.execute("checkpoint")
        connection.execute("use memory; detach a")
    left = [
        m[1].decode() for m in re.finditer(rb"(?=(139\d{8}))", file.read_bytes()) if m[1].decode() in gone
    ]
    assert len(left) > 100
    monkeypatch.setattr(proof, "RANGE", 1 << 16)
    assert scan([tmp_path], [f"+86{left[0]}"]).found == [str(file)]
    never = [
        "+8613800000001",
        f"+86{left[0][1:]}1",
    ]  # neither lies there, nor what the ends of two numbers make
    assert scan([tmp_path], never).found == []


@pytest.mark.parametrize("size", [1, 7, 64, 1000])
def test_a_value_is_found_wherever_windows_end(
    size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proof, "WINDOW", size)
    needles = proof.Needles([PHONE])
    for before in range(0, 1400, 23):
        for written, is_one in (("１３９ 1234-5670", True), ("139123456701", False), ("913912345670", False)):
            with (tmp_path / "a").open("w+b") as stream:
                stream.write(b"x" * before + written.encode() + b"y" * 1300)
                stream.seek(0)
                assert needles.are_in(stream) == is_one, (before, written)


def test_a_value_is_found_wherever_ranges_of_a_database_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proof, "RANGE", 512)
    monkeypatch.setattr(proof, "WINDOW", 100)
    needles, file = proof.Needles([PHONE]), tmp_path / "a"
    for before in range(300, 1100, 3):
        for written, is_one in (("139 1234-5670", True), ("139123456701", False), ("913912345670", False)):
            file.write_bytes(b"x" * before + written.encode() + b"y" * 700)
            found = [proof._stored(file, start, needles) for start in range(0, file.stat().st_size, 512)]
            assert any(found) == is_one, (before, written)


DIGITS = st.text("0123456789", min_size=1, max_size=14)
OTHER = st.sampled_from(["", " ", "\n", ",", "电话", "：", "-", "tel", "：“", "\t", "/"])


@given(
    before=OTHER,
    behind=OTHER,
    gaps=st.lists(st.sampled_from(["", "", " ", "-", " - "]), min_size=10, max_size=10),
)
def test_separators_and_neighbours_hide_no_number(before: str, behind: str, gaps: list[str]) -> None:
    digits = PHONE[3:]
    written = before + digits[0] + "".join(g + d for g, d in zip(gaps, digits[1:], strict=True)) + behind
    assert holds(written)


@given(before=DIGITS, behind=DIGITS, around=OTHER)
def test_a_number_inside_a_longer_one_is_no_find(before: str, behind: str, around: str) -> None:
    """Country codes and the trunk prefix belong to the number; any other digit makes another number of it."""
    digits = PHONE[3:]
    assert not holds(f"{around}{digits}{behind}{around}")
    if not re.fullmatch("((00)?86)?0{0,2}", before):
        assert not holds(f"{around}{before}{digits}{around}")


def holds(text: str) -> bool:
    return proof.Needles([PHONE]).are_in(io.BytesIO(text.encode()))


def test_a_value_too_short_to_tell_is_counted_and_not_searched(tmp_path: Path) -> None:
    """Anything may equal it by chance."""
    as_text(tmp_path / "dbt", ["card 1234567, card A1234567"])
    result = scan([tmp_path], ["1234567", "a1234567", PHONE])
    assert (result.found, result.too_short) == ([], 2)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(b"PAR1 cut short")
    (tmp_path / "b.duckdb").write_bytes(b"\0" * 8 + b"DUCK" + b"\0" * 5000)
    (tmp_path / "c.xlsx").write_bytes(b"PK\x03\x04 cut short")
    (tmp_path / "d.gz").write_bytes(gzip.compress(b"13912345670" * 50_000)[:-20])
    with zipfile.ZipFile(tmp_path / "e.zip", "w") as archive:
        archive.writestr("fine.txt", "13912345670")
        archive.writestr("inner.zip", b"PK\x03\x04 cut short")
    content = b"13912345670"
    for _ in range(proof.DEPTH + 2):
        content = gzip.compress(content)
    (tmp_path / "f.gz").write_bytes(content)
    (tmp_path / "g.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500))
    result = scan([tmp_path], VALUES)
    assert [Path(file).name for file in result.unread] == [
        *("a.parquet", "b.duckdb", "c.xlsx", "d.gz", "e.zip", "f.gz", "g.xls"),
    ]
    assert result.found == [str(tmp_path / "e.zip")]


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells a process its own peak")
def test_memory_does_not_grow_with_a_file(tmp_path: Path) -> None:
    with (tmp_path / "large.log").open("wb") as file:
        file.truncate(600_000_000)
        file.seek(599_000_000)
        file.write(b"\n13912345670\n")
    program = (
        "import pathlib, sys; from customer360.privacy.proof import scan;"
        f"print(len(scan([pathlib.Path(sys.argv[1])], {VALUES!r}).found));"
        "print(pathlib.Path('/proc/self/status').read_text())"
    )
    told = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert told.startswith("1\n")
    assert int(re.search(r"VmHWM:\s*(\d+) kB", told)[1]) < 350_000
