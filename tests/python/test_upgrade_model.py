"""The model of upgrades: what it learns from, on moves with a known rule."""

from __future__ import annotations

import datetime as dt
import importlib.util
from typing import Any

import duckdb
import numpy as np
import pytest

from conftest import PROJECT

_FILE = PROJECT / "models" / "intermediate" / "value" / "clv" / "int_value__upgrade_coefficients.py"
_SPEC = importlib.util.spec_from_file_location("int_value__upgrade_coefficients", _FILE)
coefficients = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(coefficients)


class _Dbt:
    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    def config(self, **settings: Any) -> None:
        pass

    def ref(self, name: str) -> duckdb.DuckDBPyRelation:
        return self.connection.table(name)


def fitted(
    moves: list[tuple], minimum: int = 5, ridge: float = 1.0
) -> dict[dt.date, dict[str, dict[str, Any]]]:
    """Terms by scored date. `moves`: customer_id, as_of_on, later_on, is_latest, is_tested, feature, is_upgraded."""
    with duckdb.connect() as connection:
        connection.execute(
            "create table int_value__upgrade_inputs (customer_id varchar, as_of_on date, later_on date,"
            " is_latest boolean, is_tested boolean, worth_feature double, is_upgraded boolean)"
        )
        connection.executemany("insert into int_value__upgrade_inputs values (?, ?, ?, ?, ?, ?, ?)", moves)
        connection.execute(
            "create table value_policy as select ?::double as upgrade_ridge, ?::integer as upgrade_minimum_events",
            [ridge, minimum],
        )
        found: dict[dt.date, dict[str, dict[str, Any]]] = {}
        for row in coefficients.model(_Dbt(connection), None).to_pylist():
            found.setdefault(row["as_of_on"], {})[row["term"]] = row
    return found


def company(months: int, people: int = 400, slope: float = 2.0) -> list[tuple]:
    """`people` customers at each of the ends of months from January 2024 on, who rise by a rule; the last is the latest,
    and the step is six months."""
    draw = np.random.default_rng(5)
    ends = [
        dt.date(2024 + (month + 1) // 12, (month + 1) % 12 + 1, 1) - dt.timedelta(1)
        for month in range(months)
    ]
    over = [ends[place + 6] if place + 6 < months else dt.date(2030, 1, 1) for place in range(months)]
    tested = ends[months - 7]
    rows = []
    for end, later in zip(ends, over, strict=True):
        for number, worth in enumerate(draw.normal(size=people).tolist()):
            rises = bool(draw.random() < 1 / (1 + np.exp(2 - slope * worth)))
            rows.append(
                (
                    f"c{number}",
                    end,
                    later,
                    end == ends[-1],
                    end == tested,
                    worth,
                    rises if later in ends else None,
                )
            )
    return rows


def test_the_rule_by_which_customers_rise_is_found() -> None:
    terms = fitted(company(24), ridge=0.001)[dt.date(2025, 12, 31)]
    assert terms["worth"]["coefficient"] / terms["worth"]["deviation"] == pytest.approx(2, abs=0.15)
    assert terms["worth"]["status"] == "fitted" and terms["worth"]["month_count"] == 12
    assert terms["worth"]["example_count"] == 12 * 400


def test_a_tested_date_learns_from_what_was_over_by_then() -> None:
    """Of its own outcome and of later ones it knows nothing: turned round they change nothing."""
    rows = company(24)
    tested = dt.date(2025, 6, 30)
    turned = [(*row[:6], not row[6]) if row[6] is not None and row[2] > tested else row for row in rows]
    assert rows != turned
    assert fitted(rows)[tested] == fitted(turned)[tested]
    assert fitted(rows)[dt.date(2025, 12, 31)] != fitted(turned)[dt.date(2025, 12, 31)]


def test_months_whose_steps_overlap_weigh_as_one() -> None:
    """The same month told twelve times over gives what it gives once."""
    day, later = dt.date(2024, 1, 31), dt.date(2024, 12, 31)
    once = [(*row[:1], day, later, False, False, row[5], row[5] > 0.5) for row in company(24)[:400]]
    latest = [("x", dt.date(2025, 1, 31), dt.date(2030, 1, 1), True, False, 0.0, None)]
    often = [(*row[:1], day + dt.timedelta(number), *row[2:]) for number in range(12) for row in once]
    one, twelve = (fitted([*rows, *latest])[dt.date(2025, 1, 31)]["worth"] for rows in (once, often))
    assert twelve["month_count"] == 12 and one["month_count"] == 1
    assert twelve["coefficient"] == pytest.approx(one["coefficient"], rel=1e-6)


def test_too_few_moves_teach_nothing() -> None:
    rows = [(*row[:6], None if row[6] is None else row[0] == "c1") for row in company(24)]
    terms = fitted(rows, minimum=20)[dt.date(2025, 12, 31)]
    assert list(terms) == ["none"] and terms["none"]["status"] == "too_few_events"
    assert terms["none"]["coefficient"] is None
