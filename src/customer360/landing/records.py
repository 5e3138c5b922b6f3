"""JSON (an array of objects, or an object that holds one) and JSON lines.

Numbers stay as they are written; a nested value lands as compact JSON. A row's number is its line in JSON
lines, and its position in the array in JSON, where several objects may share a line.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn, TextIO

from customer360.core.sources import Table
from customer360.landing.catalogue import SetAside
from customer360.landing.headings import find_header, layout
from customer360.landing.parts import BATCH_ROWS, Batch, NumberedRow, Part, grid_batch

_BLOCK = 1 << 20
_LARGEST_RECORD = 16 << 20
_GAP = re.compile(r"\s*")


class _Number(str):
    """A number in the digits it was written with."""


class _Object(list[tuple[str, Any]]):
    """An object as its pairs: a dict would hide a repeated key."""


_DECODER = json.JSONDecoder(
    parse_float=_Number, parse_int=_Number, parse_constant=_Number, object_pairs_hook=_Object
)


def read_records(path: Path, table: Table) -> Part:
    """A UTF-8 JSON file as one part. Its first pass checks every record and collects the keys."""
    keys: dict[str, int] = {}
    for number, record in _records(path, table):
        if len({key for key, _ in record}) < len(record):
            _fail(number)
        for key, _ in record:
            keys.setdefault(key, len(keys))
    if not keys:
        raise SetAside.because("no_records")
    if find_header([list(keys)], table) is None:
        raise SetAside.because("unknown_keys")

    def rows() -> Iterator[NumberedRow]:
        for number, record in _records(path, table):
            cells: list[str | None] = [None] * len(keys)
            for key, value in record:
                cells[keys[key]] = _text(value)
            yield number, cells

    def batches() -> Iterator[Batch]:
        numbered = rows()
        while chunk := list(itertools.islice(numbered, BATCH_ROWS)):
            yield grid_batch(chunk, len(keys))

    return Part(layout(list(keys), table, None, None), (batches,))


def _fail(number: int) -> NoReturn:
    raise SetAside.because("bad_json", row=number) from None


def _records(path: Path, table: Table) -> Iterator[tuple[int, _Object]]:
    with path.open(encoding="utf-8-sig") as file:
        stream = _Stream(file)
        if stream.peek() == "[":
            yield from _array(stream)
            return
        line, value = stream.line, stream.value()
        if not stream.peek() and (wrapped := _wrapped(value, table)):
            yield from enumerate(wrapped, 1)
            return
        while True:
            yield line, value if _is_object(value) else _fail(line)
            if not stream.peek():
                return
            line, value = stream.line, stream.value()


def _wrapped(value: Any, table: Table) -> list[_Object] | None:
    """The records that a single object holds in one of its members, unless it is a record itself."""
    if not _is_object(value) or find_header([[key for key, _ in value]], table):
        return None
    lists = [member for _, member in value if _is_rows(member)]
    return lists[0] if len(lists) == 1 else None


def _is_object(value: Any) -> bool:
    return isinstance(value, _Object)


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and not _is_object(value) and bool(value) and all(map(_is_object, value))


def _array(stream: _Stream) -> Iterator[tuple[int, _Object]]:
    stream.skip("[")
    number = 0
    if stream.peek() != "]":
        while True:
            number += 1
            value = stream.value(number)
            yield number, value if _is_object(value) else _fail(number)
            if stream.peek() != ",":
                break
            stream.skip(",")
    if stream.peek() != "]":
        _fail(number)
    stream.skip("]")
    if stream.peek():
        _fail(number)


class _Stream:
    """JSON values one after another from a text that need not fit in memory."""

    def __init__(self, file: TextIO) -> None:
        self.file, self.text, self.at, self.line = file, "", 0, 1

    def peek(self) -> str:
        """The next character that is no white space, '' at the end."""
        while True:
            end = _GAP.match(self.text, self.at).end()  # type: ignore[union-attr]
            self.line += self.text.count("\n", self.at, end)
            self.at = end
            if end < len(self.text):
                return self.text[end]
            if not self._more():
                return ""

    def skip(self, character: str) -> None:
        """Pass over the character that `peek` has just shown."""
        self.at += len(character)

    def value(self, number: int | None = None) -> Any:
        """The next value; `number` is what a failure is called by, else its line."""
        self.peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self.text, self.at)
                # A number that reaches the end of the block may go on in the next one.
                if end < len(self.text) or not self._more():
                    break
            except (json.JSONDecodeError, RecursionError):
                if len(self.text) - self.at > _LARGEST_RECORD or not self._more():
                    _fail(number or self.line)
        self.line += self.text.count("\n", self.at, end)
        self.at = end
        return value

    def _more(self) -> bool:
        block = self.file.read(_BLOCK)
        self.text, self.at = self.text[self.at :] + block, 0
        return bool(block)


def _text(value: Any) -> str | None:
    if value is None or value == "":
        return None
    return str(value) if isinstance(value, str) else _json(value)


def _json(value: Any) -> str:
    """Compact JSON that keeps the digits of numbers."""
    if isinstance(value, _Number):
        return str(value)
    if isinstance(value, _Object):
        return "{" + ",".join(f"{_json(key)}:{_json(inner)}" for key, inner in value) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_json, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
