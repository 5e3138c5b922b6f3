"""The rate grid: its fit, its formulas against numbers worked out by hand, and the project's SQL against numpy."""

from __future__ import annotations

import datetime as dt

import duckdb
import numpy as np
import pytest

from churn_kit import Chain, cdnow
from conftest import latest_build
from customer360.statistics.rate_grid import (
    FITTED,
    MONTH_DAYS,
    NO_VARIANCE,
    NOT_IDENTIFIED,
    RATES,
    SHORT_HISTORY,
    TOO_FEW_CUSTOMERS,
    Grid,
    fit_grid,
    fit_grids_at,
    probabilities,
)


def simulated(customers: int, hazard: float, months: float, seed: int = 1) -> tuple[np.ndarray, ...]:
    """x, t, s of customers won within `months`, half of whom buy 0.3 times a month and half twice."""
    random = np.random.default_rng(seed)
    rows = []
    for _ in range(customers):
        age = random.uniform(0, months)
        life = min(age, random.exponential(1 / hazard)) if hazard else age
        days = np.sort(random.uniform(0, life, random.poisson(random.choice([0.3, 2.0]) * life)))
        last = days[-1] if len(days) else 0.0
        rows.append((len(days), last, age - last))
    return tuple(np.array(column, dtype=float) for column in zip(*rows, strict=True))


def one_node(node: int, hazard: float) -> Grid:
    """Everybody buys at one rate."""
    return Grid(FITTED, 1, np.eye(len(RATES))[node], hazard)


def test_one_rate_gives_the_figures_worked_out_by_hand():
    rate, u, s = RATES[9], 0.1, 2.0
    (found,) = zip(*probabilities(one_node(9, u), [3.0], [5.0], [s], 3.0, 1.0).values(), strict=True)
    left = u / (rate + u) * (1 - np.exp(-(rate + u) * s))
    stayed = np.exp(-(rate + u) * s)
    silent = stayed * (np.exp(-(rate + u) * 3) + u / (rate + u) * (1 - np.exp(-(rate + u) * 3)))
    since = u / (rate + u) * (1 - np.exp(-(rate + u) * 3)) + np.exp(-(rate + u) * 3)
    expected = (
        left / (left + stayed),
        (left + silent) / (left + stayed),
        1 - np.exp(-rate * s),
        left / since,
    )
    assert found == pytest.approx(expected, rel=1e-12)


def test_two_rates_are_weighed_by_the_history():
    shares = np.zeros(len(RATES))
    shares[[8, 12]] = 0.75, 0.25
    found = probabilities(Grid(FITTED, 1, shares, 0.1), [4.0], [3.0], [1.5], 3.0)
    weight = np.array(
        [0.75 * RATES[8] ** 4 * np.exp(-RATES[8] * 3), 0.25 * RATES[12] ** 4 * np.exp(-RATES[12] * 3)]
    )
    rate = RATES[[8, 12]]
    assert found["late"][0] == pytest.approx(
        1 - (weight * np.exp(-rate * 1.5)).sum() / weight.sum(), rel=1e-12
    )
    left = (weight * 0.1 / (rate + 0.1) * (1 - np.exp(-(rate + 0.1) * 1.5))).sum()
    stayed = (weight * np.exp(-(rate + 0.1) * 1.5)).sum()
    assert found["left"][0] == pytest.approx(left / (left + stayed), rel=1e-12)


def test_a_thousand_purchases_and_ten_years_of_silence_stay_numbers():
    found = probabilities(one_node(17, 0.02), [1000.0, 0.0], [36.0, 0.0], [120.0, 0.0], 12.0)
    assert np.isfinite(np.concatenate(list(found.values()))).all()
    assert found["left"] == pytest.approx([1, 0]) and found["late"] == pytest.approx([1, 0])


def test_a_known_hazard_is_found_and_its_customers_are_told():
    x, t, s = simulated(4000, 0.05, 36)
    fit = fit_grid(x, t, s, np.ones(len(x)), 50)
    assert fit.status == FITTED
    assert fit.hazard == pytest.approx(0.05, rel=0.15)
    assert fit.shares.sum() == pytest.approx(1)
    assert (fit.shares * RATES).sum() == pytest.approx(1.15, rel=0.1)


def test_where_nobody_leaves_leaving_is_not_identified():
    x, t, s = simulated(2000, 0.0, 36)
    fit = fit_grid(x, t, s, np.ones(len(x)), 50)
    assert (fit.status, fit.hazard) == (NOT_IDENTIFIED, 0.0)
    assert (probabilities(fit, x, t, s, 3.0)["left"] == 0).all()


def test_order_and_grouping_change_nothing():
    x, t, s = simulated(300, 0.05, 24)
    once = fit_grid(x, t, s, np.full(len(x), 2.0), 50)
    order = np.random.default_rng(0).permutation(len(x))
    shuffled = fit_grid(x[order], t[order], s[order], np.full(len(x), 2.0), 50)
    assert (once.shares == shuffled.shares).all() and once.hazard == shuffled.hazard
    twice = fit_grid(*(np.concatenate([values, values]) for values in (x, t, s)), np.ones(2 * len(x)), 50)
    np.testing.assert_allclose(twice.shares, once.shares, rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize(
    ("rows", "status"),
    [
        ([(0, 0, 100, 49), (1, 40, 90, 1)], TOO_FEW_CUSTOMERS),  # one repeater of 50
        ([(1, 30, 100, 60)], NO_VARIANCE),  # all with two orders, on the same days
        ([(4, 80, 90, 1)], TOO_FEW_CUSTOMERS),  # one customer
    ],
)
def test_a_date_too_poor_for_a_grid_has_no_parameters_and_says_why(rows, status):
    records = fit_grids_at(at_one_date(*rows), {dt.date(2026, 6, 30): 900}, 50, 365)
    assert len(records) == 18
    assert {(r["status"], r["hazard"], r["share"]) for r in records} == {(status, None, None)}


def test_in_a_short_history_nobody_is_taken_to_leave():
    x, t, s = simulated(1000, 0.1, 20)
    days = [
        (int(n), round(a * MONTH_DAYS), round((a + b) * MONTH_DAYS), 1)
        for n, a, b in zip(x, t, s, strict=True)
    ]
    for history, status in ((364, SHORT_HISTORY), (365, FITTED)):
        records = fit_grids_at(at_one_date(*days), {dt.date(2026, 6, 30): history}, 50, 365)
        assert {r["status"] for r in records} == {status}
        assert (records[0]["hazard"] > 0) == (status == FITTED)


def at_one_date(*rows: tuple[int, int, int, int]) -> dict[str, np.ndarray]:
    """What fit_grids_at reads: repeat purchases, age at the last of them, age, customers."""
    columns = np.array(rows, dtype=np.int64).reshape(-1, 4).T
    dates = np.full(len(rows), np.datetime64("2026-06-30"))
    return {"as_of_on": dates, **dict(zip(("x", "t_x", "age_days", "customer_count"), columns, strict=True))}


def assert_sql_is_numpy(connection, leaving: str, grid: str, features: str, least: int) -> None:
    """Every probability of the table is that of numpy with the stored nodes, to 1e-9."""
    dates = connection.sql(f"select distinct as_of_on from {grid} where hazard is not null").fetchall()
    compared = 0
    for (date,) in dates:
        nodes = connection.sql(f"from {grid} where as_of_on = date '{date}' order by node").fetchnumpy()
        fit = Grid(FITTED, 0, np.asarray(nodes["share"]), float(nodes["hazard"][0]))
        assert np.asarray(nodes["rate"]) == pytest.approx(RATES, rel=1e-15)
        rows = connection.sql(
            f"""
            select leaving.*, purchase_days - 1 as x, last_purchase_on - first_purchase_on as t_x, recency_days
            from {leaving} as leaving inner join {features} using (customer_id, as_of_on)
            where as_of_on = date '{date}' order by customer_id
            """
        ).fetchnumpy()
        x, t, s = rows["x"], rows["t_x"] / MONTH_DAYS, rows["recency_days"] / MONTH_DAYS
        compared += len(x)
        for days in (30, 90, 180, 365):
            found = probabilities(fit, x, t, s, days / MONTH_DAYS)
            np.testing.assert_allclose(rows[f"p_silent_{days}d"], found["silent"], rtol=1e-9)
        np.testing.assert_allclose(rows["lateness"], found["late"], rtol=1e-9, atol=1e-12)
        judged = ~np.ma.getmaskarray(rows["p_left"])
        np.testing.assert_allclose(
            np.asarray(rows["p_left"])[judged], found["left"][judged], rtol=1e-9, atol=1e-15
        )
        assert (judged == (rows["leaving_status"] == "measured")).all()
    assert compared >= least


def test_the_sql_of_the_demo_is_numpy():
    with duckdb.connect(str(latest_build("demo")), read_only=True) as connection:
        assert_sql_is_numpy(
            connection,
            *(f"intermediate.int_churn__{name}" for name in ("leaving", "rate_grid", "features")),
            least=10_000,
        )


def test_the_sql_on_cdnow_is_numpy():
    connection = Chain().run(cdnow(), dt.date(1998, 6, 30))
    assert_sql_is_numpy(
        connection, "int_churn__leaving", "int_churn__rate_grid", "int_churn__features", 40_000
    )
