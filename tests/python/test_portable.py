"""What engines spell differently says the same on both: the macros of macros/portable over nasty values, on DuckDB and on Spark."""

from __future__ import annotations

import datetime as dt
import itertools
import math
import re
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from conftest import PROJECT
from customer360.core.macros import Macros

WORDS = (
    None, "", "a", "ab", "ba", "abc", "martha", "marhta", "dixon", "dicksonx", "dwayne", "duane", "jellyfish", "smellyfish",
    "zhangwei", "zhangwe", "weizhang", "xiahong", "xiahonghong", "aaaaaaab", "baaaaaaa", "王伟", "王玮", "é", "e", "张三丰",
)  # fmt: skip
DAYS = (None, dt.date(2024, 2, 29), dt.date(2023, 12, 31), dt.date(2026, 3, 31), dt.date(2020, 1, 1))
NUMBERS = (None, -13, -1, 0, 1, 12)
AMOUNTS = (
    None,
    Decimal("0.00"),
    Decimal("0.01"),
    Decimal("-2.50"),
    Decimal("19999.99"),
    Decimal("1000000000000.00"),
)

# expressions over columns a and b (words), on_day, n and amount
EXPRESSIONS = {
    "text_likeness": "{{ text_likeness('a', 'b') }}",
    "edit_distance": "{{ edit_distance('a', 'b') }}",
    "begins_with": "{{ begins_with('a', 'b') }}",
    "ends_with": "{{ ends_with('a', 'b') }}",
    "months_before": "{{ months_before('on_day', 'n') }}",
    "months_before a difference": "{{ months_before('on_day', 'n - 1') }}",
    "add_days": "{{ add_days('on_day', 'n - 1') }}",
    "days_from": "{{ days_from('on_day', \"date '2026-01-31'\") }}",
    "iso_day_of_week": "{{ iso_day_of_week('on_day') }}",
    "quarter_end_before": "{{ quarter_end_before('on_day') }}",
    "at_rate": "{{ at_rate('amount', 'cast(0.915 as decimal(12, 6))') }}",
    "signed_share": "{{ signed_share('n', 'cast(amount as double)') }}",
    "exact_number": "{{ exact_number('cast(n as double) / 3') }}",
    "log_one_plus": "{{ log_one_plus('abs(cast(n as double))') }}",
    "one_minus_exp_minus": "{{ one_minus_exp_minus('abs(cast(n as double))') }}",
    "logistic": "{{ logistic('cast(n as double)') }}",
    "grouped_number": "{{ grouped_number('1000 * n') }}",
    "list_joined": "{{ list_joined(list_of(['a', 'b']), '|') }}",
}
PAIRED = [name for name, text in EXPRESSIONS.items() if re.search(r"'a'", text)]


def rendered(engine: str) -> dict[str, str]:
    """The SQL of each expression in the dialect of an engine."""
    macros = Macros([PROJECT / "macros" / "portable"], {"modules": None}, engine)
    return {name: macros.render(text) for name, text in EXPRESSIONS.items()}


def rows_for(name: str) -> list[tuple[Any, ...]]:
    """Rows (a, b, on_day, n, amount) that an expression is tried on."""
    if name in PAIRED:
        return [(a, b, None, None, None) for a, b in itertools.product(WORDS, WORDS)]
    return [(None, None, *rest) for rest in itertools.product(DAYS, NUMBERS, AMOUNTS)]


def duckdb_answers(name: str) -> list[Any]:
    """What DuckDB answers to each row of an expression."""
    with duckdb.connect() as connection:
        connection.execute(
            "create table cases (i integer, a varchar, b varchar, on_day date, n integer, amount decimal(18, 2))"
        )
        connection.executemany(
            "insert into cases values (?, ?, ?, ?, ?, ?)",
            [(i, *row) for i, row in enumerate(rows_for(name))],
        )
        found = connection.execute(f"select {rendered('duckdb')[name]} from cases order by i").fetchall()
    return [value for (value,) in found]


@pytest.mark.parametrize(
    ("name", "row", "wanted"),
    [
        ("text_likeness", ("martha", "marhta"), 0.9611111111111111),
        ("text_likeness", ("dwayne", "duane"), 0.84),
        ("text_likeness", ("dixon", "dicksonx"), 0.8133333333333332),
        ("edit_distance", ("ab", "ba"), 1),
        ("edit_distance", ("王伟", "王玮"), 3),
        ("list_joined", (None, "ab"), "ab"),
    ],
)
def test_words_answer_as_published(name: str, row: tuple[str, str], wanted: float) -> None:
    """Jaro-Winkler as in Winkler (1990), whose examples these are; distances in bytes."""
    answer = duckdb_answers(name)[rows_for(name).index((*row, None, None, None))]
    assert answer == pytest.approx(wanted, rel=1e-12) if isinstance(wanted, float) else answer == wanted


@pytest.mark.parametrize(
    ("name", "row", "wanted"),
    [
        ("months_before", (dt.date(2026, 3, 31), 1), dt.date(2026, 2, 28)),
        ("months_before", (dt.date(2024, 2, 29), 12), dt.date(2023, 2, 28)),
        ("months_before a difference", (dt.date(2026, 3, 31), -1), dt.date(2026, 5, 31)),
        ("quarter_end_before", (dt.date(2020, 1, 1), 0), dt.date(2019, 12, 31)),
        ("iso_day_of_week", (dt.date(2023, 12, 31), 0), 7),
    ],
)
def test_days_answer_as_by_hand(name: str, row: tuple[dt.date, int], wanted: Any) -> None:
    assert duckdb_answers(name)[rows_for(name).index((None, None, *row, None))] == wanted


@pytest.mark.slow
def test_spark_answers_as_duckdb_does(spark: Any) -> None:
    """Dates, texts, whole numbers and money are equal; floating-point numbers to twelve digits."""
    dialect, differing = rendered("spark"), {}
    shape = "i int, a string, b string, on_day date, n int, amount decimal(18, 2)"
    for name in EXPRESSIONS:
        rows = [(i, *row) for i, row in enumerate(rows_for(name))]
        spark.createDataFrame(rows, shape).createOrReplaceTempView("cases")
        found = [row[0] for row in spark.sql(f"select {dialect[name]} from cases order by i").collect()]
        pairs = zip(rows_for(name), duckdb_answers(name), found, strict=True)
        wrong = [(row, ours, theirs) for row, ours, theirs in pairs if not same(ours, theirs)]
        if wrong:
            differing[name] = (len(wrong), wrong[:3])
    assert differing == {}


def same(ours: Any, theirs: Any) -> bool:
    """Whether two engines gave one answer."""
    if isinstance(ours, float) and isinstance(theirs, float):
        return math.isclose(ours, theirs, rel_tol=1e-12, abs_tol=1e-300)
    return ours == theirs
