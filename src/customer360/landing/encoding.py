"""Text encodings: every text file is read as UTF-8, from a copy where it is something else.

A byte order mark says how a file begins. One further down is left by programs that joined files or wrote the mark twice:
it belongs to no value, and in front of a quote or a heading it would hide it. The copy leaves it out.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from customer360.landing.catalogue import Remark, SetAside

_BLOCK = 1 << 20
_MARK = "\ufeff"
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NON_ASCII = re.compile(r"[^\x00-\x7f]+")
_HANZI = re.compile(r"[\u3400-\u9fff]")
_ASCII = set(map(chr, range(128)))
_UNDECODABLE = re.compile(r"[\udc80-\udcff]")
# Chinese text hardly leaves the characters of GB 2312; other encodings read as GB18030 do at once.
_COMMON_CHINESE = 0.8
# A UTF-8 file with a few damaged bytes is not a file in another encoding. Different characters count, not
# their number: a column of 瓶 in GB18030 reads as valid UTF-8 (ƿ) on every row.
_DAMAGED_UTF8 = 0.1
_JUDGED_BYTES = 4 << 20


def as_utf8(path: Path, scratch: Path, declared: str | None = None) -> tuple[Path, list[Remark]]:
    """The file itself if it is UTF-8, else a UTF-8 copy in `scratch`; SetAside where no encoding fits.

    `declared` is the encoding that the data set states for these files, used where they are not UTF-8.
    """
    encoding = _by_mark(path)
    if encoding in (None, "utf-8"):
        try:
            if not _has_inner_marks(path):
                return path, []
            encoding = "utf-8"
        except SetAside as error:
            if encoding:
                raise
            encoding = _by_content(path, declared, error)
    remarks = [] if encoding == "utf-8" else [Remark("transcoded", detail=encoding)]
    copy = scratch / f"{path.name}.utf8"
    count, rows, row = 0, [], 1
    with copy.open("w", encoding="utf-8", newline="") as target:
        for number, text in enumerate(_decoded(path, encoding)):
            text = text.removeprefix(_MARK) if number == 0 else text
            for piece in text.split(_MARK)[:-1] if _MARK in text else ():
                count += 1
                row += piece.count("\n")
                rows.append(row)
            row += text.rpartition(_MARK)[2].count("\n")
            target.write(text.replace(_MARK, ""))
    if count:
        remarks.append(Remark("inner_mark", count=count, rows=tuple(rows[:10])))
    return copy, remarks


def _has_inner_marks(path: Path) -> bool:
    """Whether a byte order mark stands anywhere but once at the beginning of a UTF-8 file; SetAside if it is not UTF-8."""
    has_marks = False
    for number, text in enumerate(_decoded(path, "utf-8")):
        has_marks |= text.find(_MARK, 1 if number == 0 else 0) >= 0
    return has_marks


def _decoded(path: Path, encoding: str) -> Iterator[str]:
    """The file's text in blocks; SetAside with the row where it does not decode."""
    decoder = codecs.getincrementaldecoder(encoding)()
    row = 1
    with path.open("rb") as file:
        while True:
            block = file.read(_BLOCK)
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                row += bytes(error.object[: error.start]).decode(encoding, "ignore").count("\n")
                raise SetAside.because("encoding", row=row) from None
            row += text.count("\n")
            yield text
            if not block:
                return


def _by_mark(path: Path) -> str | None:
    with path.open("rb") as file:
        head = file.read(4096)
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return encoding
    # UTF-16 without a mark: delimiters and line ends leave every other byte zero, and only every other.
    odd, even = head[1::2].count(0), head[::2].count(0)
    if odd + even > len(head) // 20 and not (odd and even):
        return "utf-16-le" if odd else "utf-16-be"
    return None


def _by_content(path: Path, declared: str | None, reason: SetAside) -> str:
    """The encoding of text that has no mark and is not UTF-8; raises the reason where it cannot be told."""
    if declared:
        return declared
    with path.open("rb") as file:
        sample = file.read(_JUDGED_BYTES)
    if _is_damaged_utf8(sample) or not _is_chinese(sample):
        raise reason
    return "gb18030"


def _is_damaged_utf8(sample: bytes) -> bool:
    foreign = "".join(set(sample.decode("utf-8", "surrogateescape")) - _ASCII)
    damaged = len(_UNDECODABLE.findall(foreign))
    return damaged <= _DAMAGED_UTF8 * (len(foreign) - damaged)


def _is_chinese(sample: bytes) -> bool:
    foreign = "".join(_NON_ASCII.findall(sample.decode("gb18030", "replace")))
    in_gb2312 = foreign.encode("gb2312", "ignore").decode("gb2312")
    common, rare = len(in_gb2312), len(_HANZI.findall(foreign)) - len(_HANZI.findall(in_gb2312))
    return common > 0 and common >= _COMMON_CHINESE * (common + rare)
