"""Typed values → their shortest exact text."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

LARGEST_EXACT = 2.0**53
"""Beyond this a double no longer tells neighbouring whole numbers apart."""


def number_text(value: float) -> str:
    """2.55 → '2.55', 17850.0 → '17850', 6.2e18 → '6200000000000000000': no exponent, no trailing '.0'."""
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    text = repr(value)
    if "e" in text:
        text = format(Decimal(text), "f")
    return text[:-2] if text.endswith(".0") else text


def _moment_text(value: dt.datetime) -> str:
    text = value.isoformat(sep=" ")
    return text.rstrip("0") if value.microsecond else text


def _span_text(value: dt.timedelta) -> str:
    """Hours may pass 24, as in a sheet's [h]:mm:ss."""
    seconds = value // dt.timedelta(seconds=1)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def cell_text(value: Any) -> str | None:
    """The text of one cell as a workbook or JSON reader gives it; nothing and '' are None."""
    match value:
        case None | "":
            return None
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return number_text(value)
        case dt.datetime():
            return _moment_text(value)
        case dt.date() | dt.time():
            return value.isoformat()
        case dt.timedelta():
            return _span_text(value)
        case _:
            return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def cells_to_text(values: Sequence[Any]) -> pa.StringArray:
    """One column of cells as text; nothing and '' become null."""
    if set(map(type, values)) == {str}:
        return _empty_to_null(pa.array(values, pa.string()))
    return pa.array([v if type(v) is str and v else cell_text(v) for v in values], pa.string())


def arrow_to_text(column: pa.Array) -> pa.Array:
    """An Arrow column of any type as text; NaN carries no value and becomes null."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return arrow_to_text(column.dictionary_decode())
    if pa.types.is_floating(kind):
        return _floats_to_text(column)
    if pa.types.is_decimal(kind):
        text = pc.cast(column, pa.string())
        if any(value is not None and "E" in value for value in text.to_pylist()):
            text = pa.array([None if v is None else format(v, "f") for v in column.to_pylist()], pa.string())
        return _trim_fraction(text)
    if pa.types.is_timestamp(kind):
        # An instant is landed in UTC and says so; a wall-clock time stays as it is.
        wall = pc.cast(column, pa.timestamp(kind.unit))
        text = _trim_fraction(pc.cast(wall, pa.string()))
        return pc.binary_join_element_wise(text, "Z", "") if kind.tz else text
    if pa.types.is_time(kind):
        return _trim_fraction(pc.cast(column, pa.string()))
    if pa.types.is_nested(kind):
        return pa.array([cell_text(_plain(v)) for v in column.to_pylist()], pa.string())
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return pa.array([_bytes_text(v) for v in column.to_pylist()], pa.string())
    if pa.types.is_duration(kind):
        return cells_to_text(column.to_pylist())
    return _empty_to_null(pc.cast(column, pa.string()))


def _empty_to_null(text: pa.Array) -> pa.Array:
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def text_bytes(column: pa.StringArray) -> bytes:
    """The cells' UTF-8 bytes without anything between: quick to search where hits are rare."""
    ends = np.frombuffer(column.buffers()[1], np.int32)[column.offset : column.offset + len(column) + 1]
    data = column.buffers()[2]
    return data.slice(int(ends[0]), int(ends[-1] - ends[0])).to_pybytes() if data else b""


def _floats_to_text(column: pa.Array) -> pa.Array:
    column = pc.if_else(pc.is_nan(column), pa.scalar(None, column.type), column)
    text = pc.cast(column, pa.string())
    odd = pc.fill_null(pc.or_(pc.match_substring(text, "e"), pc.equal(text, "-0")), False)
    if not pc.any(odd).as_py():
        return text
    exact = [
        None if t is None else "0" if t == "-0" else format(Decimal(t), "f")
        for t in text.filter(odd).to_pylist()
    ]
    return pc.replace_with_mask(text, odd, pa.array(exact, pa.string()))


def _trim_fraction(text: pa.Array) -> pa.Array:
    trimmed = pc.utf8_rtrim(pc.utf8_rtrim(text, "0"), ".")
    return pc.if_else(pc.match_substring(text, "."), trimmed, text)


def _bytes_text(value: bytes | None) -> str | None:
    if not value:
        return None
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.hex()


def _plain(value: Any) -> Any:
    """A nested Arrow value with leaves that JSON knows."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return _bytes_text(value) if isinstance(value, bytes) else str(value)
