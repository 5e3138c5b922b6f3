"""What an xlsx says beside the values calamine gives: errors, uncalculated formulas, hidden rows, formats.

calamine hands over an error cell, and a formula that no program has calculated, as empty; a clerk who opens
the file sees them. One streaming pass over the sheets' XML finds them, and checks the archive's checksums.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from customer360.landing.catalogue import Remark, SetAside

_BLOCK = 1 << 20
_ROOT = re.compile(rb"<(\w+:)?worksheet[\s>]")
_CELL = re.compile(rb'<c r="([A-Z]+)(\d+)"((?: [a-z]+="[^"]*")*)(?:/>|>(.*?)</c>)', re.S)
_HIDDEN_ROW = re.compile(rb'<row [^>]*?r="(\d+)"[^>]*? hidden="(?:1|true)"')
_HIDDEN_COLUMN = re.compile(rb'<col [^>]*?hidden="(?:1|true)"')
_PADDED = re.compile(r"0{2,}")


@dataclass
class BookFacts:
    """What is known of a workbook beside its values; remarks by sheet name."""

    uses_1904: bool = False
    remarks: dict[str, list[Remark]] = field(default_factory=dict)


def column_letters(index: int) -> str:
    """0 → 'A', 26 → 'AA'."""
    letters = ""
    while index >= 0:
        index, last = divmod(index, 26)
        letters, index = chr(65 + last) + letters, index - 1
    return letters


def xlsx_facts(path: Path) -> BookFacts:
    """Facts of an xlsx; SetAside if the archive is damaged."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _facts(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ElementTree.ParseError, OSError, ValueError):
        raise SetAside.because("unreadable") from None


def _facts(archive: zipfile.ZipFile) -> BookFacts:
    # Extensions have elements of the same names in namespaces of their own; the root is in that of the workbook.
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    main = book.tag.rpartition("}")[0] + "}"
    facts = BookFacts()
    properties = book.find(f"{main}workbookPr")
    facts.uses_1904 = properties is not None and properties.get("date1904") in ("1", "true")
    targets = {
        relation.get("Id"): relation.get("Target", "")
        for relation in ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    }
    padded = _padded_styles(archive)
    for sheet in book.findall(f"{main}sheets/{main}sheet"):
        relation = next(value for name, value in sheet.attrib.items() if name.endswith("}id"))
        target = targets[relation]
        member = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        name = sheet.get("name", "")
        facts.remarks[name] = _sheet_remarks(archive, member, name, padded)
    return facts


def _all(root: ElementTree.Element, tag: str) -> Iterator[ElementTree.Element]:
    return (element for element in root.iter() if element.tag.rpartition("}")[2] == tag)


def _padded_styles(archive: zipfile.ZipFile) -> set[bytes]:
    """Cell styles that show a number with leading zeros, such as 000123."""
    if "xl/styles.xml" not in archive.namelist():
        return set()
    styles = ElementTree.fromstring(archive.read("xl/styles.xml"))
    formats = {
        form.get("numFmtId")
        for form in _all(styles, "numFmt")
        if _PADDED.fullmatch(form.get("formatCode", ""))
    }
    cells = next(_all(styles, "cellXfs"), ())
    return {str(i).encode() for i, style in enumerate(cells) if style.get("numFmtId") in formats}


def _sheet_remarks(archive: zipfile.ZipFile, member: str, sheet: str, padded: set[bytes]) -> list[Remark]:
    found: dict[tuple[str, str | None], list[int]] = {}
    padding = tuple(b' s="%s"' % style for style in padded)
    hidden_columns = False

    def note(code: str, column: bytes | None, row: bytes) -> None:
        found.setdefault((code, column.decode() if column else None), []).append(int(row))

    for rows in _whole_rows(archive, member):
        if b"hidden=" in rows:
            hidden_columns |= _HIDDEN_COLUMN.search(rows) is not None
            for row in _HIDDEN_ROW.findall(rows):
                note("hidden_rows", None, row)
        if b't="e"' in rows or b"<f" in rows or any(style in rows for style in padding):
            for column, row, attributes, content in _CELL.findall(rows):
                if b' t="e"' in attributes:
                    note("error_cell", column, row)
                elif _is_uncalculated(attributes, content):
                    note("formula_without_value", column, row)
                if padding and b"<v>" in content and any(style in attributes for style in padding):
                    note("padded_number", column, row)
    remarks = [
        Remark(code, sheet, column=column, count=len(rows), rows=tuple(rows[:10]))
        for (code, column), rows in found.items()
    ]
    if hidden_columns:
        remarks.append(Remark("hidden_columns", sheet))
    return remarks


def _is_uncalculated(attributes: bytes, content: bytes) -> bool:
    # A calculated formula may give an empty text; its cell then says t="str".
    has_value = b"<v>" in content and b"<v></v>" not in content
    return b"<f" in content and not has_value and b' t="str"' not in attributes


def _whole_rows(archive: zipfile.ZipFile, member: str) -> Iterator[bytes]:
    """The XML in blocks that end with a row, without a namespace's prefix; reading to the end also checks the member's
    checksum."""
    carried, prefix, end = b"", b"", b"</row>"
    with archive.open(member) as stream:
        while block := stream.read(_BLOCK):
            block = carried + block
            if not prefix and (root := _ROOT.search(block, 0, 4096)) and root[1]:
                prefix, end = root[1], b"</" + root[1] + b"row>"
            cut = block.rfind(end) + len(end)
            if cut >= len(end):
                yield _unprefixed(block[:cut], prefix)
            carried = block[max(cut, 0) if cut >= len(end) else 0 :]
    yield _unprefixed(carried, prefix)


def _unprefixed(rows: bytes, prefix: bytes) -> bytes:
    return rows.replace(b"<" + prefix, b"<").replace(b"</" + prefix, b"</") if prefix else rows
