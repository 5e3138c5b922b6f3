"""When files land. Files that are found together land at one moment, by which staging knows one delivery: the lines of a
document may be spread over its files. A run that was killed between two of them is ended by the next run at the same
moment, for which it leaves a note of what it had found.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from customer360.core.durable import publish
from customer360.landing.writer import temporary_name

NOTE = ".arriving.json"


class Arrival:
    """The moment at which each file of an inbox lands; `found` are its files by their paths in the inbox."""

    def __init__(self, inbox: Path, landing: Path, found: Iterable[str], now: str) -> None:
        self._note = landing / NOTE
        self._temporary = temporary_name(self._note)
        unfinished = _read(self._note)
        stamps = {path: _stamp(inbox / path) for path in found}
        self._moments = {
            path: unfinished[path][0] if unfinished.get(path, ["", None])[1] == stamp else now
            for path, stamp in stamps.items()
        }
        self._told = {path: [self._moments[path], stamp] for path, stamp in stamps.items()}
        self._is_told = False

    def of(self, path: str) -> str:
        """The moment at which the file lands if it is new."""
        return self._moments[path]

    def begin(self) -> None:
        """Leave the note, before the first file of the run is in force."""
        if not self._is_told:
            self._temporary.write_text(json.dumps(self._told), encoding="utf-8")
            publish(self._temporary, self._note)
            self._is_told = True

    def end(self) -> None:
        """Remove the note: every file has landed or has been judged."""
        self._note.unlink(missing_ok=True)
        self._temporary.unlink(missing_ok=True)


def _read(note: Path) -> dict[str, list]:
    return json.loads(note.read_text(encoding="utf-8")) if note.is_file() else {}


def _stamp(path: Path) -> list[int] | None:
    """Size and time of the last change, by which a file is taken for the same one."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return [stat.st_size, stat.st_mtime_ns]
