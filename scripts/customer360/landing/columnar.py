"""Parquet files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from customer360.landing.catalogue import SetAside
from customer360.landing.headings import find_header, layout
from customer360.landing.parts import BATCH_ROWS, Batch, Part, no_header
from customer360.landing.values import arrow_to_text
from customer360.sources import Table


def read_parquet(path: Path, table: Table) -> Part:
    """The file as one part; row numbers count from 1, there being no heading row."""
    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowException, OSError):
        raise SetAside.because("unreadable") from None
    names = file.schema_arrow.names
    if find_header([names], table) is None:
        raise no_header(1)

    def batches() -> Iterator[Batch]:
        first = 1
        try:
            for batch in file.iter_batches(BATCH_ROWS):
                numbers = pa.array(range(first, first + batch.num_rows), pa.int64())
                first += batch.num_rows
                yield Batch(numbers, [arrow_to_text(column) for column in batch.columns])
        except (pa.ArrowException, OSError):
            raise SetAside.because("unreadable") from None

    return Part(layout(names, table, None, None), (batches,))
