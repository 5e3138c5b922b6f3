"""Which reader a file gets: by what it holds, since names such as report.xls often say otherwise."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from customer360.core.sources import Table
from customer360.landing import ole
from customer360.landing.catalogue import Remark, SetAside
from customer360.landing.columnar import read_parquet
from customer360.landing.delimited import read_delimited
from customer360.landing.encoding import as_utf8
from customer360.landing.markup import read_markup
from customer360.landing.parts import Part
from customer360.landing.records import read_records
from customer360.landing.totals import TotalWords
from customer360.landing.workbook import read_workbook

EXTENSIONS = {
    ".xlsx": "xlsx", ".xlsm": "xlsx", ".xls": "xls", ".parquet": "parquet",
    ".csv": "delimited", ".tsv": "delimited", ".txt": "delimited",
    ".json": "json", ".jsonl": "json", ".ndjson": "json",
    ".html": "html", ".htm": "html",
}  # fmt: skip
"""File name endings that land, with the format they promise."""

# An object, or a list of objects, of lists or of nothing; a title in brackets above a csv is none.
_JSON = re.compile(r"\{\s*[\"}]|\[\s*[\[{\]\"]")
_OTHER_MAGIC = ((b"\x1f\x8b", "gzip"), (b"%PDF", "PDF"), (b"Rar!", "RAR"), (b"7z\xbc\xaf", "7z"))


def read_file(
    path: Path, table: Table, scratch: Path, encoding: str | None, totals: TotalWords
) -> tuple[list[Part], list[Remark]]:
    """The parts of a file and remarks on it as a whole; SetAside where it cannot land.

    `scratch` takes a transcoded copy, which must stay until the parts are read. `encoding` is what the data
    set states for text that is not UTF-8, `totals` are the words by which a short row is known to be no damaged one.
    """
    promised = EXTENSIONS.get(path.suffix.lower())
    if promised is None:
        raise SetAside.because("unsupported_format", detail=path.suffix or "-")
    if path.stat().st_size == 0:
        raise SetAside.because("empty_file")
    remarks: list[Remark] = []
    text = path
    found = _binary_format(path)
    if found is None:
        if promised == "parquet":
            raise SetAside.because("unreadable")
        text, remarks = as_utf8(path, scratch, encoding)
        found = _text_format(text, promised)
    if found != promised:
        remarks.append(Remark("other_format", detail=found))
    match found:
        case "xlsx" | "xls":
            parts, more = read_workbook(path, table, found == "xls")
        case "html":
            parts, more = read_markup(text, table)
        case "parquet":
            parts, more = [read_parquet(path, table)], []
        case "json":
            parts, more = [read_records(text, table)], []
        case _:
            parts, more = [read_delimited(text, table, totals)], []
    return parts, remarks + more


def _binary_format(path: Path) -> str | None:
    with path.open("rb") as file:
        head = file.read(8)
    if head.startswith(b"PK\x03\x04"):
        try:
            with zipfile.ZipFile(path) as archive:
                members = set(archive.namelist())
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
            raise SetAside.because("unreadable") from None
        if "xl/workbook.xml" in members:
            return "xlsx"
        raise SetAside.because("unsupported_format", detail="zip")
    if head == ole.MAGIC:
        return "xls"
    if head.startswith(b"PAR1"):
        return "parquet"
    for magic, name in _OTHER_MAGIC:
        if head.startswith(magic):
            raise SetAside.because("unsupported_format", detail=name)
    return None


def _text_format(path: Path, promised: str) -> str:
    with path.open(encoding="utf-8-sig") as file:
        head = file.read(4096).lstrip().lower()
    if not head:
        raise SetAside.because("empty_file")
    if head.startswith("mime-version:"):
        raise SetAside.because("unsupported_format", detail="MHTML")
    if "urn:schemas-microsoft-com:office:spreadsheet" in head:
        raise SetAside.because("unsupported_format", detail="XML Spreadsheet 2003")
    if head.startswith("<") and ("<table" in head or "<html" in head or promised == "html"):
        return "html"
    is_json = _JSON.match(head) or (promised == "json" and head[0] in "[{")
    return "json" if is_json else "delimited"
