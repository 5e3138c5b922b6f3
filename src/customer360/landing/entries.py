"""What lies in an inbox: files, and what looks like one or should hold some."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

IGNORED = (".", "~$", "Thumbs.db", "desktop.ini")
"""Beginnings of the names of files that programs leave behind."""

EMPTY_FOLDER = "empty_folder"
LINKED_FILE = "linked_file"


def entries(inbox: Path) -> Iterator[tuple[Path, str | None]]:
    """Every file in order of its path, and everything else of which nothing can land, with the code that says what it is
    (None: a plain file). A link to a file is read; one to a folder is not followed, since it may lead round in a circle.
    """
    closed: list[OSError] = []
    found: list[tuple[Path, str | None]] = []
    for folder, folders, all_names in os.walk(inbox, onerror=closed.append):
        place = Path(folder)
        names = [name for name in all_names if not name.startswith(IGNORED)]
        found += [(place / name, "linked_folder") for name in folders if (place / name).is_symlink()]
        found += [(place / name, _kind(place / name)) for name in names]
        if not folders and not names and place != inbox:
            found.append((place, EMPTY_FOLDER))
    found += [(Path(error.filename), "no_access") for error in closed]
    yield from sorted(found, key=lambda entry: entry[0])


def _kind(path: Path) -> str | None:
    if path.is_symlink():
        return LINKED_FILE if path.is_file() else "broken_link"
    return None if path.is_file() else "no_file"
