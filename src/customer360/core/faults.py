"""What stopped a step where neither the data nor a model is at fault: a full disk, a folder that cannot be written, a
damaged file, too little memory. One sentence with cause and file, one with the remedy."""

from __future__ import annotations

import json
import os
import re
import shutil
from errno import ENOSPC
from pathlib import Path

SMALLEST_DISK = 16 * 2**20
"""Free bytes under which no build can go on."""

_FILE = r"""(?:["'](?P<file>[^"'\n]+)["'])?"""
_FAULTS = (
    (
        rf"{_FILE}[^\n\"']*(?:No space left on device|Disk quota exceeded)",
        "no space is left on the disk for {file} 磁盘已满",
        "Free space there, or put the project on a larger disk, then try again",
    ),
    (
        rf"{_FILE}[^\n\"']*(?:Read-only file system|Permission denied|Operation not permitted)",
        "{file} cannot be written 无法写入",
        "Let the user who builds write there, then try again",
    ),
    (
        rf"{_FILE}[^\n\"']*(?:not a valid DuckDB database file|too small to be a Parquet file)"
        r"|No magic bytes found at end of file '(?P<tail>[^']+)'",
        "{file} is damaged 文件已损坏",
        "Restore it, or remove it and build again",
    ),
    (
        r"Out of Memory Error|Cannot allocate memory|std::bad_alloc",
        "this machine has too little memory for the build 内存不足",
        "End other programs, or lower `threads` in profiles.yml, then try again",
    ),
)


def fault(message: str) -> str | None:
    """What a message of DuckDB, dbt or the system says of the machine; None where it says nothing of it."""
    for pattern, what, remedy in _FAULTS:
        if found := re.search(pattern, message):
            file = next((name for name in found.groupdict().values() if name), "what is written")
            return f"{what.format(file=file)}. {remedy}"
    return None


def fault_of(error: OSError) -> str:
    """What the system says of a file."""
    told = (
        f'"{error.filename}": {error.strerror}' if error.filename else error.strerror or type(error).__name__
    )
    return fault(told) or f"{told}. Try again once that is solved"


def fault_in_dbt(target: Path, written: Path) -> str | None:
    """What stopped a run of dbt, from the results that it left in its target folder; None where it was a model or a test.

    A full disk keeps dbt from leaving any: the disk of `written` is looked at as well.
    """
    try:
        results = json.loads((target / "run_results.json").read_text(encoding="utf-8"))["results"]
    except (OSError, ValueError, KeyError):
        results = []
    for result in results:
        if found := fault(result.get("message") or ""):
            return found
    if shutil.disk_usage(written).free < SMALLEST_DISK:
        return fault_of(OSError(ENOSPC, os.strerror(ENOSPC), str(written)))
    return None
