"""Parquet files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from customer360.core.sources import Table
from customer360.landing.catalogue import SetAside
from customer360.landing.headings import find_header, layout
from customer360.landing.parts import BATCH_ROWS, Batch, Part, no_header
from customer360.landing.values import LARGEST_EXACT, arrow_to_text


def read_parquet(path: Path, table: Table) -> Part:
    """The file as one part; row numbers count from 1, there being no heading row."""
    try:
        file = pq.ParquetFile(path, page_checksum_verification=True)
    except (pa.ArrowException, OSError):
        raise SetAside.because("unreadable") from None
    names = file.schema_arrow.names
    if find_header([names], table) is None:
        raise no_header(1)

    def batches() -> Iterator[Batch]:
        first = 1
        try:
            for columns in file.iter_batches(BATCH_ROWS):
                numbers = pa.array(range(first, first + columns.num_rows), pa.int64())
                first += columns.num_rows
                batch = Batch(numbers, [arrow_to_text(column) for column in columns.columns])
                for position, column in enumerate(columns.columns):
                    if pa.types.is_floating(column.type):
                        long = pc.fill_null(pc.greater(pc.abs(column), LARGEST_EXACT), False)
                        if pc.any(long).as_py():
                            batch.rounded[position] = numbers.filter(long).to_pylist()
                yield batch
        except (pa.ArrowException, OSError):
            raise SetAside.because("unreadable") from None

    return Part(layout(names, table, None, None), (batches,))
