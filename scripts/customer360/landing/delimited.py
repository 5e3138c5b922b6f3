"""Text files with a delimiter (csv, tsv): DuckDB reads the clean ones, Python's csv module the others.

Both give the same rows for the same bytes; the quick way withdraws (NotClean) as soon as lines and rows
cannot be told one from another, so that row numbers and the verdict on damaged rows have one author.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from customer360.landing.catalogue import SetAside
from customer360.landing.headings import SEARCHED_ROWS, find_header, layout, matches
from customer360.landing.parts import BATCH_ROWS, Batch, NotClean, NumberedRow, Part, grid_batch, no_header
from customer360.sources import Table

DELIMITERS = (",", "\t", ";", "|")
SAMPLE_CHARS = 1 << 18
_BLOCK = 1 << 20
csv.field_size_limit(1 << 26)


@dataclass
class Facts:
    """What one pass over the bytes tells."""

    lines: int = 0
    ends_open: bool = False
    quotes: bool = False
    plain_line_ends: bool = True


def read_delimited(path: Path, table: Table) -> Part:
    """A UTF-8 file (with or without BOM) as one part."""
    facts = _facts(path)
    with path.open(encoding="utf-8-sig", newline="") as text:
        sample = text.read(SAMPLE_CHARS)
    delimiter, top = _dialect(sample, table)
    index = find_header([row for _, row in top], table)
    if index is None:
        raise no_header(len(top))
    header_line = top[index][0]
    above = [row for row in top[:index] if row[1]]
    width = max(len(row) for _, row in top[: index + 1])
    heading = top[index][1] + [None] * (width - len(top[index][1]))
    part = Part(layout(heading, table, header_line, None), ())

    def careful() -> Iterator[Batch]:
        if above:
            yield grid_batch(above, width, above_heading=True)
        yield from _careful(path, delimiter, header_line, width, facts)

    def quick() -> Iterator[Batch]:
        if above:
            yield grid_batch(above, width, above_heading=True)
        yield from _quick(path, delimiter, header_line, width, facts)

    one_line_each = header_line == index + 1
    part.ways = (quick, careful) if facts.plain_line_ends and one_line_each else (careful,)
    return part


def _facts(path: Path) -> Facts:
    facts, last, carriage, pairs = Facts(), b"\n", 0, 0
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            try:
                decoder.decode(block)
            except UnicodeDecodeError as error:
                row = facts.lines + block[: max(error.start, 0)].count(b"\n") + 1
                raise SetAside.because("encoding", row=row) from None
            facts.lines += block.count(b"\n")
            facts.quotes = facts.quotes or b'"' in block
            facts.plain_line_ends &= b"\0" not in block
            carriage += block.count(b"\r")
            pairs += block.count(b"\r\n") + (last == b"\r" and block[:1] == b"\n")
            last = block[-1:]
    facts.plain_line_ends &= carriage == pairs and carriage in (0, facts.lines)
    facts.ends_open = last != b"\n"
    facts.lines += facts.ends_open
    return facts


def _dialect(sample: str, table: Table) -> tuple[str, list[NumberedRow]]:
    """The delimiter under which the best row of the sample holds most declared headings, and the top rows."""
    best: tuple[int, str, list[NumberedRow]] = (-1, ",", [])
    for delimiter in DELIMITERS:
        rows: list[NumberedRow] = []
        reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
        line = 1
        for row in reader:
            rows.append((line, row))
            line = reader.line_num + 1
            if len(rows) == SEARCHED_ROWS:
                break
        found = max((len(matches(row, table)) for _, row in rows), default=0)
        if found > best[0]:
            best = (found, delimiter, rows)
    return best[1], best[2]


def _quick(path: Path, delimiter: str, header_line: int, width: int, facts: Facts) -> Iterator[Batch]:
    columns = ", ".join(f"'c{position}': 'VARCHAR'" for position in range(width))
    query = f"""
        from read_csv(?, columns = {{{columns}}}, auto_detect = false, header = false, skip = {header_line},
            delim = '{delimiter}', quote = '"', escape = '"', strict_mode = true, null_padding = false)
    """
    line = header_line + 1
    with duckdb.connect() as connection:
        try:
            for batch in connection.execute(query, [str(path)]).to_arrow_reader(BATCH_ROWS):
                numbers = np.arange(line, line + batch.num_rows)
                line += batch.num_rows
                if facts.quotes:
                    inner = _line_ends(batch)
                    numbers[1:] += np.cumsum(inner)[:-1]
                    line += int(inner.sum())
                yield Batch(pa.array(numbers), batch.columns)
        except duckdb.Error:
            raise NotClean from None
    # Every line is accounted for only if rows and the line ends inside them add up to the lines of the file.
    if line != facts.lines + 1:
        raise NotClean


def _line_ends(batch: pa.RecordBatch) -> np.ndarray:
    inner = np.zeros(batch.num_rows, np.int64)
    for column in batch.columns:
        inner += pc.fill_null(pc.count_substring(column, "\n"), 0).to_numpy(zero_copy_only=False)
    return inner


def _careful(path: Path, delimiter: str, header_line: int, width: int, facts: Facts) -> Iterator[Batch]:
    uneven: list[int] = []
    count = 0
    chunk: list[NumberedRow] = []
    with path.open(encoding="utf-8-sig", newline="") as text:
        reader = csv.reader(text, delimiter=delimiter, strict=True)
        line = 1
        try:
            for row in reader:
                number, line = line, reader.line_num + 1
                if number <= header_line or not row:
                    continue
                if len(row) != width:
                    if len(row) < width or any(row[width:]):
                        count += 1
                        uneven = [*uneven, number][:10]
                        short_end = len(row) < width and facts.ends_open
                        last_uneven = number
                        continue
                    row = row[:width]
                chunk.append((number, row))
                if len(chunk) == BATCH_ROWS:
                    yield grid_batch(chunk, width)
                    chunk = []
        except csv.Error:
            raise SetAside.because("quoting", row=line) from None
    if count == 1 and short_end and last_uneven == number:
        raise SetAside.because("truncated", row=number)
    if count:
        raise SetAside.because("uneven_rows", count=count, detail=", ".join(map(str, uneven)))
    if chunk:
        yield grid_batch(chunk, width)
