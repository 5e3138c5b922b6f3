"""Which reader a file gets."""

from __future__ import annotations

from pathlib import Path

from customer360.landing.catalogue import Remark, SetAside
from customer360.landing.columnar import read_parquet
from customer360.landing.delimited import read_delimited
from customer360.landing.parts import Part
from customer360.landing.workbook import read_workbook
from customer360.sources import Table


def read_file(path: Path, table: Table) -> tuple[list[Part], list[Remark]]:
    """The parts of a file, and remarks on the file as a whole; SetAside where it cannot land."""
    if path.stat().st_size == 0:
        raise SetAside.because("empty_file")
    match path.suffix.lower():
        case ".csv" | ".tsv":
            return [read_delimited(path, table)], []
        case ".xlsx" | ".xlsm" | ".xls":
            return read_workbook(path, table)
        case ".parquet":
            return [read_parquet(path, table)], []
        case other:
            raise SetAside.because("unsupported_format", detail=other or "-")
