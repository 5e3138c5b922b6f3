"""How old a file is by what it says: the newest moment that its records state.

Only files are judged by this moment. The date of a row is for staging to read, with a macro that refuses more; tests
hold both to the same days.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

_HEAD = 11
"""Characters in which a date that begins with its year states the day."""

_YEAR_FIRST = re.compile(r"(\d{4}) ?[-/.年] ?(\d{1,2}) ?[-/.月] ?(\d{1,2})(?![0-9])[日号]?(.*)")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})((?:[T ]?\d{4}(?:\d{2}Z?)?)?)")
_MONTH = re.compile(r"(\d{4}) ?[-/年] ?(\d{1,2})月?")
_SERIAL = re.compile(r"[1-7]\d{4}(?:\.\d+)?")
_EPOCH = r"^(\d{10}|\d{13})$"
_ISO = r"^\d{4}[-/]\d{2}[-/]\d{2}[ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)?$"
_ISO_UTC = _ISO.replace("$", "Z$")
_TO_THE_SECOND = r"^\d{14}$"
_MAY_BE = r"^([0-9０-９]|[A-Za-z]{3,9}[. ]+[0-9])"
_NAMED = re.compile(r"(\d{1,2})[- ]*([A-Z]{3})[A-Z]*[-., ]+(\d{4})(.*)")
_NAMED_US = re.compile(r"([A-Z]{3})[A-Z]*[. ]+(\d{1,2})(?:ST|ND|RD|TH)?[, ]+(\d{4})(.*)")
_SLASHED = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(.*)")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_TIME = re.compile(
    r"[T ]*(?:(?:星期|周)[一二三四五六日天])? ?(上午|凌晨|早上|中午|下午|晚上)? ?"
    r"(\d{1,2})(?::|[时点]|(?=\d{2}))(?:(\d{1,2})(?:[:分]?(\d{2})?(?:\.\d+)?秒?)?)?分?"
    r" ?(AM|PM)? ?(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?"
)


@dataclass(frozen=True)
class Calendar:
    """How dates of a table are read: its time zone, the order of day and month where the year comes last (None: not
    known), and the last day that counts. No record can be of a later day than the file that holds it."""

    zone: str
    until: dt.date
    day_first: bool | None = None


class Newest:
    """The newest moment in columns of text, by the clock of the data set."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar, self._zone = calendar, ZoneInfo(calendar.zone)
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
            moment, states_time = self._moment(last)
            if moment:
                return self._take(moment, states_time)
            texts = texts.filter(pc.less(texts, last))

    def _look_at_texts(self, values: pa.Array) -> None:
        """Read the days first, which are few, and in full only what may be the newest: an offset may move the day."""
        heads = pc.utf8_slice_codeunits(values, 0, _HEAD)
        days = {head: day for head in pc.unique(heads).to_pylist() if (day := _leading_day(head))}
        latest = max((day for day in days.values() if day <= self._calendar.until), default=dt.date.min)
        passed = [head for head, day in days.items() if abs((day - latest).days) > 1]
        for text in values.filter(pc.invert(pc.is_in(heads, pa.array(passed, pa.string())))).to_pylist():
            moment, states_time = self._moment(text)
            if moment and moment < self._end:
                self._take(moment, states_time)

    def _take(self, moment: dt.datetime, states_time: bool) -> None:
        if self._newest is None or moment >= self._newest:
            self._states_time = states_time or (moment == self._newest and self._states_time)
            self._newest = moment

    def _moment(self, text: str) -> tuple[dt.datetime | None, bool]:
        """What a text says, and whether it states a time of day."""
        text = " ".join(unicodedata.normalize("NFKC", text).upper().split())
        with suppress(ValueError, OverflowError):
            if _SERIAL.fullmatch(text):
                days = dt.timedelta(seconds=round(float(text) * 86_400))
                return dt.datetime(1899, 12, 30) + days, "." in text
            if found := _MONTH.fullmatch(text):
                return dt.datetime(int(found[1]), int(found[2]), 1), False
            for pattern, order in self._forms():
                if found := pattern.fullmatch(text):
                    year, month, day = (_number(found[place]) for place in order)
                    return self._at(dt.datetime(year, month, day), found[4])
        return None, False

    def _forms(self) -> Iterable[tuple[re.Pattern[str], tuple[int, int, int]]]:
        yield from (
            (_YEAR_FIRST, (1, 2, 3)),
            (_COMPACT, (1, 2, 3)),
            (_NAMED, (3, 2, 1)),
            (_NAMED_US, (3, 1, 2)),
        )
        if self._calendar.day_first is not None:
            yield _SLASHED, (3, 2, 1) if self._calendar.day_first else (3, 1, 2)

    def _at(self, day: dt.datetime, rest: str) -> tuple[dt.datetime | None, bool]:
        if not rest.strip():
            return day, False
        found = _TIME.fullmatch(rest)
        if not found:
            return None, False
        half, hour, minute, second, latin_half, offset = found.groups()
        moment = day.replace(hour=int(hour), minute=int(minute or 0), second=int(second or 0))
        late = half in ("下午", "晚上") or latin_half == "PM"
        if late and moment.hour < 12:
            moment += dt.timedelta(hours=12)
        elif moment.hour == 12 and (half in ("上午", "凌晨") or latin_half == "AM"):
            moment -= dt.timedelta(hours=12)
        if offset:
            sign, digits = offset[0], offset[1:].replace(":", "").ljust(4, "0")
            shift = int(digits[:2]) * 60 + int(digits[2:]) if sign in "+-" else 0
            instant = moment - dt.timedelta(minutes=-shift if sign == "-" else shift)
            moment = instant.replace(tzinfo=dt.UTC).astimezone(self._zone).replace(tzinfo=None)
        return moment, True


def _leading_day(head: str) -> dt.date | None:
    """The day with which a text in the usual form begins."""
    found = _YEAR_FIRST.match(unicodedata.normalize("NFKC", head))
    with suppress(ValueError):
        return dt.date(*map(int, found.groups()[:3])) if found else None
    return None


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else _MONTHS.index(text) + 1


def is_older(one: str | None, other: str | None) -> bool:
    """Whether one newest moment lies before the other as far as both state it; unknown is neither older nor newer."""
    if one is None or other is None:
        return False
    length = min(len(one), len(other))
    return one[:length] < other[:length]
