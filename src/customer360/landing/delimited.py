"""Text files with a delimiter (csv, tsv): DuckDB reads the clean ones, Python's csv module the others.

Both give the same rows for the same bytes; the quick way withdraws (NotClean) as soon as lines and rows
cannot be told one from another, so that row numbers and the verdict on damaged rows have one author.

A row with another number of fields than the heading means that a delimiter, quote or line end stands where
it should not; which cells it shifted cannot be known, so the file is set aside with the row numbers. Two
kinds of rows are short or long by habit and are read: totals and notes (they hold few cells), and rows with
empty fields too many at their end. A line of blanks is an empty one.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from customer360.core.sources import Table, as_seen
from customer360.landing.catalogue import Remark, SetAside
from customer360.landing.headings import SEARCHED_ROWS, find_header, layout, matches
from customer360.landing.parts import BATCH_ROWS, Batch, NotClean, NumberedRow, Part, grid_batch, no_header
from customer360.landing.rows import speaks_for_itself
from customer360.landing.totals import TotalWords
from customer360.landing.values import text_bytes

DELIMITERS = (",", "\t", ";", "|")
_SAMPLE_CHARS = 1 << 18
_BLOCK = 1 << 20
_BEFORE_FIELD = tuple(mark.encode() for mark in (*DELIMITERS, "\n"))
_QUOTES_APART = re.compile(rb'"  *"')
csv.field_size_limit(1 << 24)


@dataclass
class _Bytes:
    """What one pass over the bytes tells, by which the quick way is checked."""

    size: int = 0
    lines: int = 0
    returns: int = 0
    quotes: int = 0
    ends_open: bool = False
    is_plain: bool = True


def read_delimited(path: Path, table: Table, totals: TotalWords) -> Part:
    """A UTF-8 file (with or without BOM) as one part."""
    whole = _count(path)
    with path.open(encoding="utf-8-sig", newline="") as text:
        sample = text.read(_SAMPLE_CHARS)
    delimiter, top = _dialect(sample, table)
    header = find_header([row for _, row in top], table)
    if header is None:
        raise no_header(len(top))
    header_line = top[header.last][0]
    width = len(header.cells)
    part = Part(layout(header.cells, table, header_line, None), ())
    if whole.ends_open:
        part.remarks.append(Remark("open_end"))
    # A title wider than the heading keeps its surplus in the last cell.
    titles = [
        (number, row if len(row) <= width else [*row[: width - 1], delimiter.join(row[width - 1 :])])
        for number, row in top[: header.first]
    ]

    def below_titles(batches: Iterator[Batch]) -> Iterator[Batch]:
        if titles:
            yield grid_batch(titles, width, above_heading=True)
        yield from batches

    def quick() -> Iterator[Batch]:
        return below_titles(_quick(path, delimiter, header_line, width, whole))

    def careful() -> Iterator[Batch]:
        return below_titles(_careful(path, delimiter, header_line, width, whole, totals))

    one_line_each = header_line == header.last + 1
    part.ways = (quick, careful) if one_line_each and whole.is_plain else (careful,)
    return part


def _count(path: Path) -> _Bytes:
    count, last, tail, pairs = _Bytes(), b"\n", b"\n", 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            if b"\0" in block:
                row = count.lines + block[: block.index(b"\0")].count(b"\n") + 1
                raise SetAside.because("zero_bytes", row=row)
            count.size += len(block)
            count.lines += block.count(b"\n")
            count.returns += block.count(b"\r")
            pairs += block.count(b"\r\n") + (last == b"\r" and block[:1] == b"\n")
            quotes = block.count(b'"')
            if quotes:
                count.quotes += quotes
                # DuckDB joins what stands in two pairs of quotes; the csv module calls it an error.
                count.is_plain &= not _has_two_texts(tail + block)
            last, tail = block[-1:], block[-256:]
    count.is_plain &= count.returns == pairs and count.returns in (0, count.lines)
    count.ends_open = last not in (b"\n", b"\r")
    count.lines += count.ends_open
    return count


def _has_two_texts(block: bytes) -> bool:
    """Whether a quoted text, blanks and another may stand in one field; inside one text quotes pair."""
    for found in _QUOTES_APART.finditer(block):
        before = block[: found.start() + 1][-256:]
        run = len(before) - len(before.rstrip(b'"'))
        if run % 2 or before[-run - 1 : -run] in _BEFORE_FIELD:
            return True
    return False


def _dialect(sample: str, table: Table) -> tuple[str, list[NumberedRow]]:
    """The delimiter under which a row of the sample holds most declared headings, and the top rows."""
    best: tuple[int, str, list[NumberedRow]] = (-1, ",", [])
    for delimiter in DELIMITERS:
        rows: list[NumberedRow] = []
        line = 1
        reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
        while len(rows) < SEARCHED_ROWS and (row := next(reader, None)) is not None:
            rows.append((line, row))
            line = reader.line_num + 1
        found = max((len(matches(row, table)) for _, row in rows), default=0)
        if found > best[0]:
            best = (found, delimiter, rows)
    return best[1], best[2]


def _quick(path: Path, delimiter: str, header_line: int, width: int, whole: _Bytes) -> Iterator[Batch]:
    with path.open("rb") as file:
        above = b"".join(file.readline() for _ in range(header_line))
    columns = ", ".join(f"'c{position}': 'VARCHAR'" for position in range(width))
    query = f"""
        from read_csv(?, columns = {{{columns}}}, auto_detect = false, header = false, skip = {header_line},
            delim = '{delimiter}', quote = '"', escape = '"', strict_mode = true, null_padding = false)
    """
    line, rows, size = header_line + 1, 0, 0
    with duckdb.connect() as connection:
        try:
            for batch in connection.execute(query, [str(path)]).to_arrow_reader(BATCH_ROWS):
                numbers = np.arange(line, line + batch.num_rows)
                line += batch.num_rows
                rows += batch.num_rows
                for column in batch.columns:
                    held = text_bytes(column)
                    size += len(held)
                    if whole.quotes:
                        size -= held.count(b'"')
                        inner = held.count(b"\n")
                        if inner:
                            line += inner
                            numbers[1:] += np.cumsum(_line_ends(column))[:-1]
                yield Batch(pa.array(numbers), batch.columns)
        # An error in the first rows comes as DuckDB's, a later one through Arrow as OSError or ValueError.
        except (duckdb.Error, pa.ArrowException, OSError):
            raise NotClean from None
    # Every byte that is no quote must be found again in the values or between them; so must every line then.
    ends = rows - whole.ends_open
    size += rows * (width - 1) + ends * (2 if whole.returns else 1)
    expected = whole.size - len(above) - (whole.quotes - above.count(b'"'))
    if size != expected:
        raise NotClean


def _line_ends(column: pa.Array) -> np.ndarray:
    return pc.fill_null(pc.count_substring(column, "\n"), 0).to_numpy(zero_copy_only=False)


def _careful(
    path: Path, delimiter: str, header_line: int, width: int, whole: _Bytes, totals: TotalWords
) -> Iterator[Batch]:
    uneven: list[int] = []
    count = number = 0
    row: list[str] = []
    chunk: list[NumberedRow] = []
    for number, row in _csv_rows(path, delimiter):
        if number <= header_line:
            continue
        if len(row) != width and row:
            surplus = any(map(as_seen, row[width:]))
            may_be_short = speaks_for_itself(row, totals) or not any(map(as_seen, row))
            if surplus or (len(row) < width and not may_be_short):
                count += 1
                uneven = [*uneven, number][:10]
                continue
            row = row[:width]
        chunk.append((number, row))
        if len(chunk) == BATCH_ROWS:
            yield grid_batch(chunk, width)
            chunk = []
    if count == 1 and uneven == [number] and len(row) < width and whole.ends_open:
        raise SetAside.because("truncated", row=number)
    if count:
        raise SetAside.because("uneven_rows", count=count, rows=tuple(uneven))
    if chunk:
        yield grid_batch(chunk, width)


def _csv_rows(path: Path, delimiter: str) -> Iterator[NumberedRow]:
    """Rows with the number of their first line; SetAside where quotes do not pair."""
    line = 1
    with path.open(encoding="utf-8-sig", newline="") as text:
        reader = csv.reader(text, delimiter=delimiter, strict=True)
        try:
            for row in reader:
                yield line, row
                line = reader.line_num + 1
        except csv.Error:
            raise SetAside.because("quoting", row=line) from None
