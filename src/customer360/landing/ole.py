"""The old xls container: whether it is whole, protected, counts days from 1904, or holds error cells.

[MS-CFB] describes the container (a small file system in sectors), [MS-XLS] the records in its Workbook
stream. calamine gives the values; it neither says these things nor minds a workbook cut short.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

from customer360.landing.catalogue import Remark, SetAside
from customer360.landing.ooxml import BookFacts, column_letters

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_WORKBOOK = ("Workbook", "Book")
_END = 0xFFFFFFFA  # sector numbers from here on are markers
_BOF, _EOF, _FILEPASS, _DATEMODE, _BOUNDSHEET, _BOOLERR, _FORMULA = 0x809, 0xA, 0x2F, 0x22, 0x85, 0x205, 0x6


def xls_facts(path: Path) -> BookFacts:
    """Facts of an xls; SetAside if it is protected, cut short or no workbook at all."""
    try:
        streams = _streams(path.read_bytes())
        if "EncryptedPackage" in streams:
            raise SetAside.because("password")
        workbook = next((streams[name] for name in _WORKBOOK if name in streams), None)
        if workbook is None:
            raise SetAside.because("unsupported_format", detail="OLE")
        return _facts(workbook)
    except (struct.error, IndexError, ValueError):
        raise SetAside.because("unreadable") from None


def _streams(data: bytes) -> dict[str, bytes]:
    """The streams of a compound file by name; only a workbook's content is read, the others are empty here."""
    sector = 1 << struct.unpack_from("<H", data, 30)[0]
    small = 1 << struct.unpack_from("<H", data, 32)[0]
    directory, _, limit, mini_fat, _, difat, _ = struct.unpack_from("<IIIIIII", data, 48)

    def read(number: int) -> bytes:
        start = (number + 1) * sector
        block = data[start : start + sector]
        if not block:
            raise ValueError("sector beyond the end")
        return block

    def chain(start: int, table: list[int]) -> Iterator[int]:
        seen = 0
        while start < _END:
            yield start
            start, seen = table[start], seen + 1
            if seen > len(table):
                raise ValueError("circular chain")

    def numbers(block: bytes) -> list[int]:
        return list(struct.unpack(f"<{len(block) // 4}I", block[: len(block) // 4 * 4]))

    places = list(struct.unpack_from("<109I", data, 76))
    while difat < _END:
        *more, difat = numbers(read(difat))
        places += more
    fat = [entry for place in places if place < _END for entry in numbers(read(place))]
    entries = b"".join(map(read, chain(directory, fat)))
    mini: list[int] = [e for number in chain(mini_fat, fat) for e in numbers(read(number))]
    streams: dict[str, bytes] = {}
    container = b""
    for at in range(0, len(entries) - 127, 128):
        length, kind = struct.unpack_from("<HB", entries, at + 64)
        start, size = struct.unpack_from("<II", entries, at + 116)
        name = entries[at : at + max(length - 2, 0)].decode("utf-16-le")
        if kind == 5:
            container = b"".join(map(read, chain(start, fat)))
        elif kind == 2 and name not in _WORKBOOK:
            streams[name] = b""
        elif kind == 2:
            if size >= limit:
                content = b"".join(map(read, chain(start, fat)))
            else:
                content = b"".join(container[n * small : (n + 1) * small] for n in chain(start, mini))
            if len(content) < size:
                raise ValueError("stream cut short")
            streams[name] = content[:size]
    return streams


def _facts(workbook: bytes) -> BookFacts:
    facts = BookFacts()
    sheets: list[tuple[int, str]] = []
    for kind, body in _records(workbook, 0):
        if kind == _FILEPASS:
            raise SetAside.because("password")
        if kind == _DATEMODE:
            facts.uses_1904 = body[:2] == b"\1\0"
        if kind == _BOUNDSHEET:
            wide = body[7] & 1
            name = body[8:].decode("utf-16-le" if wide else "latin-1")
            sheets.append((struct.unpack_from("<I", body)[0], name))
    for offset, name in sheets:
        errors: dict[str, list[int]] = {}
        for kind, body in _records(workbook, offset):
            # A formula's result is an error where its first byte is 2 and its last two are FFFF.
            if (kind == _BOOLERR and body[7] == 1) or (
                kind == _FORMULA and body[12:14] == b"\xff\xff" and body[6] == 2
            ):
                row, column = struct.unpack_from("<HH", body)
                errors.setdefault(column_letters(column), []).append(row + 1)
        facts.remarks[name] = [
            Remark("error_cell", name, column=column, count=len(rows), rows=tuple(rows[:10]))
            for column, rows in errors.items()
        ]
    return facts


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """The records of one substream, up to its end; ValueError if it has no end."""
    depth = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        if at + 4 + length > len(stream):
            break
        yield kind, stream[at + 4 : at + 4 + length]
        depth += (kind == _BOF) - (kind == _EOF)
        if kind == _EOF and depth == 0:
            return
        at += 4 + length
    raise ValueError("substream without end")
