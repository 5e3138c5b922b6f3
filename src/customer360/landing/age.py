"""How old a file is by what it says: the newest moment that its records state.

Only files are judged by this moment. A text is read as staging reads it: by the function parse_timestamp.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from customer360.core import functions

_EPOCH = r"^(\d{10}|\d{13})$"
_ISO = r"^\d{4}[-/]\d{2}[-/]\d{2}[ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)?$"
_ISO_UTC = _ISO.replace("$", "Z$")
_TO_THE_SECOND = r"^\d{14}$"
_MAY_BE = r"^([0-9０-９]|[A-Za-z]{3,9}[., ]+[A-Za-z0-9])"
_MONTH = r"^(\d{4}) ?[-/年] ?(\d{1,2})月?$"
"""What is no day to staging, and says well enough how old a file is."""


@dataclass(frozen=True)
class Calendar:
    """How dates of a table are read: the project whose functions read them, the time zone, the order of day and month
    where the year comes last (None: not known), and the last day that counts. No record can be of a later day than the
    file that holds it."""

    project: Path
    zone: str
    until: dt.date
    day_first: bool | None = None


class Newest:
    """The newest moment in columns of text, by the clock of the data set."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar, self._zone = calendar, ZoneInfo(calendar.zone)
        order = {None: "null", True: "true", False: "false"}[calendar.day_first]
        self._read = (
            f"case when regexp_matches(x, '{_MONTH}') then try_cast(regexp_replace(x, '{_MONTH}', '\\1-\\2-01')"
            f" as timestamp) else parse_timestamp(x, time_zone => '{calendar.zone}', day_first => {order}) end"
        )
        self._end = dt.datetime.combine(calendar.until + dt.timedelta(days=1), dt.time())
        self._newest: dt.datetime | None = None
        self._states_time = False

    @property
    def text(self) -> str | None:
        """`2024-03-05 08:30:00`, or `2024-03-05` where no time of day was stated; None where nothing was a date."""
        if self._newest is None:
            return None
        return (
            self._newest.isoformat(" ", "seconds") if self._states_time else self._newest.date().isoformat()
        )

    def look(self, columns: Iterable[pa.Array]) -> None:
        """Take more values into account."""
        for column in columns:
            values = pc.unique(pc.utf8_trim_whitespace(column.drop_null()))
            values = values.filter(pc.match_substring_regex(values, _MAY_BE))
            is_epoch = pc.match_substring_regex(values, _EPOCH)
            self._look_at_epochs(values.filter(is_epoch))
            values = values.filter(pc.invert(is_epoch))
            for pattern, zone, form in (
                (_ISO, self._zone, "%Y-%m-%d %H:%M"),
                (_ISO_UTC, dt.UTC, "%Y-%m-%d %H:%M"),
                (_TO_THE_SECOND, self._zone, "%Y%m%d%H%M%S"),
            ):
                matching = pc.match_substring_regex(values, pattern)
                end = self._end.replace(tzinfo=self._zone).astimezone(zone).strftime(form)
                texts = pc.replace_substring(
                    pc.replace_substring(values.filter(matching), "T", " "), "/", "-"
                )
                self._look_at_ordered(texts.filter(pc.less(texts, end)))
                values = values.filter(pc.invert(matching))
            self._look_at_texts(values)

    def _look_at_epochs(self, values: pa.Array) -> None:
        numbers = pc.cast(values, pa.int64())
        seconds = pc.if_else(pc.greater(numbers, 9_999_999_999), pc.divide(numbers, 1000), numbers)
        end = int(self._end.replace(tzinfo=self._zone).timestamp())
        newest = pc.max(seconds.filter(pc.less(seconds, end))).as_py()
        if newest is not None:
            self._take(dt.datetime.fromtimestamp(newest, self._zone).replace(tzinfo=None), True)

    def _look_at_ordered(self, texts: pa.Array) -> None:
        """Texts of one form, in which the last one is the newest; 31 June is none."""
        while (last := pc.max(texts).as_py()) is not None:
            # digits and marks between them: safe as a literal
            (moment,) = self._reader.execute(f"execute moment('{last}')").fetchone()
            if moment and moment < self._end:
                return self._take(moment, True)
            texts = texts.filter(pc.less(texts, last))

    def _look_at_texts(self, values: pa.Array) -> None:
        """Texts of any form. Midnight may be a day without a time."""
        if moment := self._newest_of(values) if len(values) else None:
            self._take(moment, moment.time() != dt.time())

    def _newest_of(self, values: pa.Array) -> dt.datetime | None:
        """The newest moment that texts state and that counts."""
        self._reader.register("texts", pa.table({"x": values}))
        found = self._reader.execute(
            f"select max(y) from (select {self._read} as y from texts) where y < ?", [self._end]
        )
        return found.fetchone()[0]

    @cached_property
    def _reader(self) -> duckdb.DuckDBPyConnection:
        """A database that knows how staging reads a moment."""
        reader = duckdb.connect(config={"threads": 1, "autoinstall_known_extensions": False})
        for name in ("fold_width", "squeeze", "parse_timestamp"):
            reader.execute(functions.definition(self._calendar.project, name))
        # planned once, and not for each batch
        reader.execute(f"prepare moment as select {self._read} from (select cast($1 as varchar) as x)")
        return reader

    def _take(self, moment: dt.datetime, states_time: bool) -> None:
        if self._newest is None or moment >= self._newest:
            self._states_time = states_time or (moment == self._newest and self._states_time)
            self._newest = moment


def is_older(one: str | None, other: str | None) -> bool:
    """Whether one newest moment lies before the other as far as both state it; unknown is neither older nor newer."""
    if one is None or other is None:
        return False
    length = min(len(one), len(other))
    return one[:length] < other[:length]
