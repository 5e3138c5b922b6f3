"""The proof of an erasure: which files and columns still hold a value of an erased person.

One pass for all values: an automaton finds candidates in windows of a file, with case folded and separators left out, and a
regular expression per value confirms them in the text as written. Packed files are unpacked. Tables and Parquet files are
read column by column, as compressed storage hides values from a search of bytes; the bytes of a database are searched as
well, as free blocks keep what was deleted. Memory depends on the windows, not on the files.
"""

from __future__ import annotations

import bz2
import functools
import gzip
import io
import lzma
import os
import re
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import duckdb
import pyarrow as pa
from ahocorasick_rs import BytesAhoCorasick, Implementation

from customer360.core import reading

ALONE, ANYWHERE = 10, 16
"""Decimal digits of information from which on a value is looked for where it stands alone, and inside of anything.

One of V values of d random digits equals one of N others with an expectation of V * N / 10^d. Alone, a value is compared
with the tokens of its shape; ANYWHERE, with what begins at each byte. docs/erasure.md has the figures.
"""

SEPARATORS = b" ()._~-"
"""What people write between the digits of a telephone number: what the macro phone_digits drops."""

WINDOW = 1 << 18
"""Bytes searched at a time: small enough for the cache of a core."""
RANGE = 1 << 26
"""Bytes of a database in one task, so that all cores share a large one."""
CONTEXT = 64
"""Bytes beside a match that decide whether it stands alone."""
BATCH = 1 << 13
"""Rows fetched at a time."""
MEMORY = "512MB"
"""What DuckDB may keep of a file."""
DEPTH = 4
"""Files within files that are unpacked."""


@dataclass
class Proof:
    """Places (files, columns) that hold a value, files that could not be read, and how many values were too short."""

    found: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    too_short: int = 0


def scan(folders: Iterable[Path], values: Iterable[str]) -> Proof:
    """Search every file below the folders for the values, on all cores. Values are named nowhere.

    A value is a telephone number in E.164, an e-mail address, or an identifier as it is standardised.
    """
    needles = Needles(values)
    proof = Proof(too_short=needles.too_short)
    if not needles.all:
        return proof
    existing = [folder for folder in folders if folder.is_dir()]
    files = {path.resolve() for folder in existing for path in folder.rglob("*") if path.is_file()}
    by_size = sorted(files, key=lambda file: file.stat().st_size, reverse=True)
    databases = [file for file in by_size if _kind(_head(file)) == "database"]
    others = [file for file in by_size if file not in set(databases)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        places = dict(zip(others, pool.map(lambda file: _file(file, needles), others), strict=True))
        for file in databases:  # one by one, as each may take MEMORY
            places[file] = _database(file, needles, pool.map)
    for file in sorted(files):
        for place in sorted(places[file]):
            if place == UNREAD:
                proof.unread.append(str(file))
            else:
                proof.found.append(f"{file}: {place}" if place else str(file))
    return proof


# --- values ------------------------------------------------------------------------------------------------

_ESCAPE = rb"(?<=\\u[0-9a-f]{4})|(?<=\\x[0-9a-f]{2})|(?<=%[0-9a-f]{2})|(?<=\\[bfnrt])"
"""Behind an escape of JSON, Python or a URL a value stands alone, whatever the escape ends with."""
_BETWEEN = rb"[ ()._~-]{0,3}"
_CALLING_CODE = re.compile(
    r"\+(1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|[0-9]{3})"
)  # as ITU-T E.164 assigns them
_TRUNK = {"1": b"1", "7": b"8", "36": b"06"}
"""What stands before a national number instead of a 0, by calling code."""
_MOBILE = rb"1[3-9][0-9]{9}"
_DIGEST = re.compile(rb"[0-9a-f]{16,}")


class Bounds(NamedTuple):
    """What must stand before and behind a match."""

    left: re.Pattern[bytes]
    right: re.Pattern[bytes]

    @classmethod
    def of(cls, left: bytes, right: bytes, more: bytes = b"") -> Bounds:
        return cls(re.compile(rb"(?:" + left + rb"|" + _ESCAPE + rb")" + more + rb"\Z"), re.compile(right))


_NONE = Bounds(re.compile(b""), re.compile(b""))


def _codes(code: str) -> bytes:
    """Prefix of a number abroad, calling code, trunk prefix: what may stand before a national number."""
    trunk = _TRUNK.get(code, b"00?")
    return rb"(?:(?:00|011)?" + code.encode() + _BETWEEN + rb")?(?:" + trunk + _BETWEEN + rb")?"


@functools.cache
def _phone(code: str) -> Bounds:
    return Bounds.of(rb"(?<![0-9])", rb"(?![0-9])", _codes(code))


# strings lie end to end in the blocks of a database: beside a mobile number there may be another one
_PHONE_STORED = Bounds.of(
    rb"(?<![0-9])|(?<=" + _MOBILE + rb")", rb"(?![0-9])|(?=(?:86)?" + _MOBILE + rb")", _codes("86")
)
_EMAIL = Bounds.of(rb"(?<![a-z0-9._%+-])", rb"(?![a-z0-9]|\.[a-z]|-[a-z0-9-]*\.[a-z])")
_TOKEN = Bounds.of(rb"(?<![a-z0-9])(?<![a-z0-9][._-])", rb"(?![a-z0-9]|[._-][a-z0-9])")
_DIGITS_STORED = Bounds.of(rb"(?<![0-9])", rb"(?![0-9])")


class Needle(NamedTuple):
    """A value as it is looked for."""

    key: bytes
    """Folded and without separators, for the automaton."""
    written: re.Pattern[bytes]
    alone: Bounds
    """Beside it in text."""
    stored: Bounds
    """Beside it in the blocks of a database."""
    numbers: tuple[int, ...] = ()
    """What it is in a column of numbers."""

    def is_in(self, window: bytes, low: int, high: int, bounds: Bounds) -> bool:
        """Whether it begins in window[low:high], within these bounds."""
        for match in self.written.finditer(window, low):
            start, end = match.span()
            if start >= high:
                break
            before = window[max(0, start - CONTEXT) : start]
            if (
                bounds.left.search(before)
                and bounds.right.match(window, end)
                and not (self.numbers and _is_in_digest(before, window[start : end + CONTEXT]))
            ):
                return True
        return False


def _is_in_digest(before: bytes, behind: bytes) -> bool:
    """Whether a match of digits is part of a long hexadecimal number."""
    run = re.search(rb"[0-9a-z]*\Z", before)[0] + re.match(rb"[0-9a-z]*", behind)[0]
    return not run.isdigit() and _DIGEST.fullmatch(run) is not None


def needle(value: str) -> Needle | None:
    """How to look for a value; None where it is so short that others equal it by chance."""
    folded = fold(value.encode())
    if re.fullmatch(r"\+\d{7,15}", value):
        code = match[1] if (match := _CALLING_CODE.match(value)) else ""
        digits = value[1 + len(code) :]
        if (
            len(digits) < ALONE and code != "86"
        ):  # others have these digits as well: with the calling code only
            code, digits = "", value[1:]
        if len(digits) < ALONE:
            return None
        is_mobile = code == "86" and re.fullmatch(_MOBILE, digits.encode()) is not None
        return Needle(
            digits.encode(),
            re.compile(_BETWEEN.join(bytes([digit]) for digit in digits.encode())),
            _phone(code),
            _PHONE_STORED if is_mobile else _phone(code),
            (int(digits), int(value)),
        )
    key, written = folded.translate(None, SEPARATORS), re.compile(re.escape(folded))
    if "@" in value:
        return Needle(key, written, _EMAIL, _NONE)
    if information(key) >= ANYWHERE:
        return Needle(key, written, _NONE, _NONE)
    if information(key) < ALONE:
        return None
    if not key.isdigit():
        return Needle(key, written, _TOKEN, _NONE)
    return Needle(key, written, _TOKEN, _DIGITS_STORED, () if key.startswith(b"0") else (int(key),))


def information(key: bytes) -> float:
    """Decimal digits of information in a folded value: log10(26) for a letter, one for each byte of another script."""
    return sum(1.4 if 97 <= byte <= 122 else byte in b"0123456789" or byte > 127 for byte in key)


_WIDE = re.compile(rb"\xef(?:\xbc[\x8b\x8d-\x99\xa0-\xba\xbf]|\xbd[\x81-\x9a])")
_CUT = re.compile(rb"\xef[\xbc\xbd]?\Z")


def fold(data: bytes) -> bytes:
    """Lower case, and full-width digits, letters and marks of addresses as ASCII."""
    return _WIDE.sub(lambda wide: chr(ord(wide[0].decode()) - 0xFEE0).encode(), data).lower()


class Needles:
    """All values of a search."""

    def __init__(self, values: Iterable[str]) -> None:
        found = {value: needle(value) for value in values}
        self.all = [n for n in found.values() if n]
        self.too_short = sum(n is None for n in found.values())
        self.longest = 4 * max((len(n.key) for n in self.all), default=0)
        self.shortest = min((len(n.key) for n in self.all), default=0)
        self.numbers = sorted({number for n in self.all for number in n.numbers})
        self._automaton = BytesAhoCorasick([n.key for n in self.all], implementation=Implementation.DFA)

    def candidates(self, window: bytes) -> set[int]:
        """Indices of the values that a folded window has, whatever stands beside them and between their characters."""
        matches = self._automaton.find_matches_as_indexes(
            window.translate(None, SEPARATORS), overlapping=True
        )
        return {index for index, _, _ in matches}

    def windows(
        self, read: Callable[[int], bytes], low: int = 0, behind: int = 0
    ) -> Iterator[tuple[bytes, int, int]]:
        """Folded bytes in windows that overlap, each with the range in which a match may begin: each match lies whole in
        one of them. `low`, `behind`: how many bytes at the beginning and at the end are only there to be looked at."""
        margin = self.longest + 4 * CONTEXT
        window = cut = b""
        while True:
            data = read(WINDOW)
            whole = cut + data
            cut = _CUT.search(whole)[0] if data and _CUT.search(whole) else b""
            window += fold(whole[: len(whole) - len(cut)])
            high = len(window) - (margin if data else behind)
            if high > low:
                yield window, low, high
                window, low = window[max(0, high - CONTEXT) :], min(high, CONTEXT)
            if not data:
                return

    def are_in(self, stream: BinaryIO, utf16: bool = False) -> bool:
        """Whether a stream of text holds one of the values."""
        text = io.TextIOWrapper(stream, "utf-16", errors="replace") if utf16 else None
        read = (lambda size: text.read(size).encode()) if text else stream.read
        return any(
            self.all[index].is_in(window, low, high, self.all[index].alone)
            for window, low, high in self.windows(read)
            for index in self.candidates(window)
        )


# --- files -------------------------------------------------------------------------------------------------

UNREAD = "\0"
"""Stands for a file, or a part of it, that could not be read."""

Places = set[str]
"""Places within a file that hold a value: the empty text for its bytes, columns; or UNREAD."""

_PACKED: dict[bytes, Callable[[BinaryIO], Any]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\0": lzma.open,
    b"\x28\xb5\x2f\xfd": lambda stream: pa.CompressedInputStream(stream, "zstd"),
}
UNREADABLE = (
    duckdb.Error, reading.Held, zipfile.BadZipFile, zlib.error, lzma.LZMAError, OSError, EOFError, RuntimeError, ValueError,
)  # fmt: skip


def _head(file: Path) -> bytes:
    """Its first bytes; none where it cannot be opened."""
    with suppress(OSError), file.open("rb") as stream:
        return stream.read(16)
    return b""


def _kind(head: bytes) -> str:
    """What a file is, by its first bytes: names say nothing of what somebody has saved."""
    if head[8:12] == b"DUCK":
        return "database"
    if head[:4] in (b"PAR1", b"PARE"):
        return "parquet"
    if head[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return "zip"
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    if head[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        return "ole"
    return "packed" if any(head.startswith(mark) for mark in _PACKED) else "text"


def _file(file: Path, needles: Needles, depth: int = 0) -> Places:
    """Places within a file, files in it included."""
    kind = _kind(_head(file))
    if kind == "database":
        return _database(file, needles, map)
    places: Places = set()
    try:
        with file.open("rb") as stream:
            places |= {""} if needles.are_in(stream, kind == "utf-16") else set()
        if kind == "packed":
            with file.open("rb") as stream:
                places |= _stream(stream, needles, depth)
        if kind == "ole":  # a workbook of before 2007, or one with a password
            places.add(UNREAD)
        if kind == "zip":
            with zipfile.ZipFile(file) as archive:
                for member in archive.infolist():
                    with archive.open(member) as content:
                        places |= _stream(io.BufferedReader(content), needles, depth + 1)
        if kind == "parquet":
            with duckdb.connect() as connection:
                places |= _table(_modest(connection), f"read_parquet({_text(file)})", needles)[0]
    except FileNotFoundError:  # somebody removed it meanwhile
        return set()
    except UNREADABLE:
        places.add(UNREAD)
    return places


def _stream(stream: io.BufferedReader, needles: Needles, depth: int) -> Places:
    """Places within a stream. What can only be read as a file becomes one until it is searched."""
    head = stream.peek(16)[:16]
    kind = _kind(head)
    if kind in ("text", "utf-16", "ole"):  # such as macros within a workbook
        return {""} if needles.are_in(stream, kind == "utf-16") else set()
    if depth >= DEPTH:
        return {UNREAD}
    if kind == "packed":
        unpack = next(unpack for mark, unpack in _PACKED.items() if head.startswith(mark))
        with unpack(stream) as content:
            return _stream(io.BufferedReader(content), needles, depth + 1)
    with tempfile.NamedTemporaryFile() as file:
        shutil.copyfileobj(stream, file)
        file.flush()
        return {"" if place != UNREAD else UNREAD for place in _file(Path(file.name), needles, depth + 1)}


def _database(file: Path, needles: Needles, run: Callable[..., Iterable[Any]]) -> Places:
    """Places within a database; `run` maps over its tables and over ranges of its bytes.

    A value in its bytes counts unless a value of a table holds it: that one is judged by what stands beside it.
    """
    try:
        with reading.connect(file) as connection:
            _modest(connection)
            starts = range(0, file.stat().st_size, RANGE)
            stored: set[int] = set().union(*run(lambda start: _stored(file, start, needles), starts))
            # a cursor of its own for each thread
            tables = list(
                run(lambda relation: _table(connection.cursor(), relation, needles), _tables(connection))
            )
    except UNREADABLE:
        return {UNREAD}
    columns: Places = set().union(*(places for places, _ in tables))
    return columns | ({""} if stored - set().union(*(inside for _, inside in tables)) else set())


def _stored(file: Path, start: int, needles: Needles) -> set[int]:
    """Values in a range of the bytes of a database."""
    found: set[int] = set()
    before, behind = min(start, CONTEXT), CONTEXT + needles.longest
    left = before + RANGE + behind
    with file.open("rb") as stream:
        stream.seek(start - before)

        def read(size: int) -> bytes:
            nonlocal left
            data = stream.read(min(size, left))
            left -= len(data)
            return data

        is_last = start + RANGE >= file.stat().st_size
        for window, low, high in needles.windows(read, before, 0 if is_last else CONTEXT):
            for index in needles.candidates(window) - found:
                if needles.all[index].is_in(window, low, high, needles.all[index].stored):
                    found.add(index)
    return found


# --- columns -----------------------------------------------------------------------------------------------

_HOLD_NO_VALUE = re.compile(r"(BOOLEAN|DATE|TIME.*|INTERVAL|FLOAT|U?TINYINT|U?SMALLINT)(\[\d*\])*")
"""Types without room for ten digits."""
_NUMBERS = re.compile(r"U?(INTEGER|BIGINT|HUGEINT)|DOUBLE|DECIMAL\(.*\)")


def _table(connection: duckdb.DuckDBPyConnection, relation: str, needles: Needles) -> tuple[Places, set[int]]:
    """Columns of a table or Parquet file that hold a value, and indices of the values that its texts contain at all.

    Texts are searched as lines; numbers are compared.
    """
    kinds = {name: kind for name, kind, *_ in connection.execute(f"describe from {relation}").fetchall()}
    kinds = {name: kind for name, kind in kinds.items() if not _HOLD_NO_VALUE.fullmatch(kind)}
    texts = [name for name, kind in kinds.items() if not _NUMBERS.fullmatch(kind)]
    held: set[str] = set()
    inside: set[int] = set()
    # a decimal has no room for every number
    numbers = {
        name: f"cast({_name(name)} as double)" if kind.startswith("DECIMAL") else _name(name)
        for name, kind in kinds.items()
        if name not in texts and needles.numbers
    }
    if numbers:
        # a column seldom has numbers of that size: which of them are values is asked of those alone
        span = f"between {needles.numbers[0]} and {needles.numbers[-1]}"
        sizes = ", ".join(f"bool_or({column} {span})" for column in numbers.values())
        has_size = connection.execute(f"select {sizes} from {relation}").fetchone()
        listed = ", ".join(map(str, needles.numbers))
        held |= {
            name
            for (name, column), has in zip(numbers.items(), has_size, strict=True)
            if has
            and connection.execute(
                f"select 1 from {relation} where {column} in ({listed}) limit 1"
            ).fetchall()
        }
    if texts:
        lines = ", ".join(
            f"case when strlen(cast({_name(n)} as varchar)) >= {needles.shortest}"
            f" then cast({_name(n)} as varchar) || chr(10) end"
            for n in texts
        )
        for batch in connection.execute(f"select {lines} from {relation}").to_arrow_reader(BATCH):
            for name, column in zip(texts, batch.columns, strict=True):
                content = column.buffers()[2]
                for window, low, high in needles.windows(io.BytesIO(content).read) if content else ():
                    candidates = needles.candidates(window)
                    inside |= candidates
                    if name not in held and any(
                        needles.all[index].is_in(window, low, high, needles.all[index].alone)
                        for index in candidates
                    ):
                        held.add(name)
    label = "" if relation.startswith("read_parquet(") else f"{relation}."
    return {f"{label}{name}" for name in held}, inside


def _modest(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """One thread and little memory: tasks run beside each other."""
    connection.execute(f"set threads = 1; set memory_limit = '{MEMORY}'; set enable_progress_bar = false")
    return connection


def _tables(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Qualified names of the tables of a database; views show what tables hold."""
    return [
        f"{_name(schema)}.{_name(table)}"
        for schema, table in connection.execute(
            "select schema_name, table_name from duckdb_tables() where not internal order by all"
        ).fetchall()
    ]


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
