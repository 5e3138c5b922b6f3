"""Measure the warning of leaving against truth: demo companies of several seeds, and Online Retail for silence.

Customers are the true ones (`demo_company`), histories every purchase that the company sees. A seed is judged at its last
day and one year before; the cut-offs of level 1 are those that the policy takes by the retrospective label at dates one and
two years before the last day. Bars: docs/decisions/0009-churn.md.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np

from bench.measuring import PROJECT, read_arguments
from customer360.statistics.rate_grid import MONTH_DAYS, Grid, fit_grid, probabilities
from demo_company.behaviour import NEVER, simulate
from demo_company.config import Config
from demo_company.market import build_market
from demo_company.orders import build_orders
from demo_company.world import build_world

DELIVERED = PROJECT / "inbox" / "online_retail" / "online_retail" / "order_lines" / "online_retail.parquet"
YEAR = 365
MINIMUM_REPEAT = 50
Array = np.ndarray


@dataclass
class Date:
    """The customers not lapsed at one date."""

    recency: Array
    repeats: Array
    p_left: Array
    late: Array
    label: Array
    """Retrospective."""
    left: Array
    """Truth."""
    silent: Array | None
    """No purchase in the year after; None at the last day."""


def histories(customer: Array, day: Array, at: int) -> tuple[Array, Array, Array, Array]:
    """Customers, repeat purchase days, months from the first to the last, months of silence by day `at`."""
    pairs = np.unique(np.stack([customer[day <= at], day[day <= at]], axis=1), axis=0)
    who, first = np.unique(pairs[:, 0], return_index=True)
    count = np.diff(np.append(first, len(pairs)))
    begin, end = pairs[first, 1], pairs[first + count - 1, 1]
    return who, count - 1.0, (end - begin) / MONTH_DAYS, (at - end) / MONTH_DAYS


def fit(x: Array, t: Array, s: Array) -> Grid:
    """The grid of one date."""
    return fit_grid(x, t, s, np.ones(len(x)), MINIMUM_REPEAT)


def judge(customer: Array, day: Array, dropped: Array, last: int, back: int) -> Date:
    """Scores of the date `back` days before the last one, labels by the grid of the last day, and the truth."""
    today = fit(*histories(customer, day, last)[1:])
    at = last - back
    who, x, t, s = histories(customer, day, at)
    scores = probabilities(fit(x, t, s), x, t, s, 12.0)
    label = probabilities(today, x, t, s, 12.0, back / MONTH_DAYS)["left_given_silence"]
    label = np.where(np.isin(who, customer[day > at]), 0.0, label)
    left = (dropped[who] != NEVER) & (dropped[who] <= at)
    silent = ~np.isin(who, customer[(day > at) & (day <= at + YEAR)]) if back >= YEAR else None
    here = s * MONTH_DAYS <= YEAR
    columns = (s, x, scores["left"], scores["late"], label, left)
    return Date(*(column[here] for column in columns), silent[here] if silent is not None else None)


def area(score: Array, label: Array) -> float:
    """Chance that one who had left scores above one who had not; labels may be shares, equal scores count half."""
    label = label.astype(float)
    values, index = np.unique(score, return_inverse=True)
    stayed = np.bincount(index, weights=1 - label, minlength=len(values))
    below = np.cumsum(stayed) - stayed / 2
    own = (label * (1 - label)).sum()
    return float(((label * below[index]).sum() - own / 2) / (label.sum() * (1 - label).sum() - own))


def calibration_error(probability: Array, outcome: Array) -> float:
    """Mean distance of stated and true shares over ten equal bins."""
    bins = np.minimum(np.floor(probability * 10), 9).astype(int)
    return float(np.abs(np.bincount(bins, weights=probability - outcome)).sum() / len(outcome))


def policy() -> tuple[list[float], float, float, float]:
    """Cut-offs of the list, and lateness, true alerts to a false one and own cut-off of level 1."""
    seeds = PROJECT / "seeds" / "policy"
    with (seeds / "churn_left_cutoffs.csv").open(encoding="utf-8") as file:
        cutoffs = sorted(float(row["left_from"]) for row in csv.DictReader(file))
    with (seeds / "churn_alert_levels.csv").open(encoding="utf-8") as file:
        first = next(row for row in csv.DictReader(file) if row["alert_level"] == "1")
    return cutoffs, *(float(first[name]) for name in ("late_from", "true_to_false_from", "left_from"))


def warned(date: Date, cutoff: float, late: float) -> Array:
    """Level 1: customers with a P(left), over both cut-offs."""
    return (date.repeats > 0) & (date.p_left >= cutoff) & (date.late >= late)


def choose(dates: Sequence[Date], minimum: int = 10) -> float:
    """The lowest cut-off that is true often enough by the retrospective label, as int_churn__leaving_levels takes it."""
    cutoffs, late, ratio, own = policy()
    judged = False
    for cutoff in cutoffs:
        labels = np.concatenate([date.label[warned(date, cutoff, late)] for date in dates])
        if len(labels) >= minimum:
            judged = True
            if labels.sum() >= ratio * (1 - labels).sum():
                return cutoff
    return np.inf if judged else own


def seed_figures(seed: int) -> tuple[dict[str, float], Array]:
    """Figures of one seed, and its counts at level 1: left, stayed, all who left; silent, not; by label left, stayed; truth at
    the same date left, stayed."""
    config = Config(customers=2000, seed=seed)
    market, world = build_market(config), build_world(config, 0, 2000)
    behaviour = simulate(world, market)
    orders = build_orders(world, market, behaviour)
    seen = ~orders.cancelled & ~orders.anonymous
    customer, day, last = orders.customer[seen], orders.day[seen], config.days - 1
    now, year, two = (judge(customer, day, behaviour.drop_day, last, back) for back in (0, YEAR, 2 * YEAR))
    cutoff, late = choose([year, two]), policy()[1]
    figures: dict[str, float] = {"cutoff": cutoff}
    for name, date in (("year", year), ("now", now)):
        told = date.repeats > 0
        for population, who in (("all", told | True), ("told", told)):
            gain = area(date.p_left[who], date.left[who]) - area(date.recency[who], date.left[who])
            figures[f"{name}_{population}_gain"] = gain
            figures[f"{name}_{population}_ece"] = calibration_error(date.p_left[who], date.left[who])
    at = {id(date): warned(date, cutoff, late) for date in (year, now)}
    left = sum(date.left[at[id(date)]].sum() for date in (year, now))
    alerts = sum(at[id(date)].sum() for date in (year, now))
    first = at[id(year)]
    assert year.silent is not None
    silent, label = year.silent[first], year.label[first]
    counts = [left, alerts - left, year.left.sum() + now.left.sum(), silent.sum(), (~silent).sum()]
    counts += [label.sum(), (1 - label).sum(), year.left[first].sum(), (~year.left[first]).sum()]
    return figures, np.array(counts, dtype=float)


def online_retail(file: Path) -> tuple[float, float]:
    """Area of P(no purchase in 180 days) and of recency, 2011-06-12; cancellations left out, not netted."""
    rows = duckdb.sql(
        f"""
        select distinct cast(CustomerID as bigint) as customer, date_diff('day', date '2010-12-01', cast(InvoiceDate as date)) as day
        from '{file}'
        where CustomerID is not null and Quantity > 0 and UnitPrice > 0 and not starts_with(cast(InvoiceNo as varchar), 'C')
        """
    ).fetchnumpy()
    customer, day = np.asarray(rows["customer"]), np.asarray(rows["day"])
    at = (np.datetime64("2011-06-12") - np.datetime64("2010-12-01")).astype(int)
    who, x, t, s = histories(customer, day, at)
    grid = fit(x, t, s)
    print(f"Online Retail: {grid.status}, hazard {grid.hazard}, gain {grid.gain:.1f}, {len(who)} customers")
    silent = ~np.isin(who, customer[(day > at) & (day <= at + 180)])
    return area(probabilities(grid, x, t, s, 180 / MONTH_DAYS)["silent"], silent), area(s, silent)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print each bar; 1 where one is missed (`--tiny`: 0)."""
    parser = argparse.ArgumentParser(prog="python -m bench.leaving", description=__doc__)
    parser.add_argument("--seeds", default="20,21,22,23,24", help="demo seeds, with commas between")
    parser.add_argument(
        "--online-retail", type=Path, default=DELIVERED, help="file; left out where there is none"
    )
    given = read_arguments(parser, arguments, seeds="1")
    figures, counts = [], np.zeros(9)
    for seed in map(int, given.seeds.split(",")):
        found, counted = seed_figures(seed)
        figures.append(found)
        counts += counted
        print(f"seed {seed}: " + ", ".join(f"{name} {value:.3f}" for name, value in found.items()))
        print(f"  level 1: left {counted[0]:.0f} stayed {counted[1]:.0f} of {counted[2]:.0f} who left")
    left, stayed, leavers, silent, bought, label, unlabelled, true, false = counts
    mean = {name: float(np.mean([each[name] for each in figures])) for name in figures[0]}
    bars = [
        ("gain over recency, a year before", mean["year_all_gain"], 0.015, True),
        ("gain over recency, last day", mean["now_all_gain"], 0.015, True),
        ("the same where there is a P(left), a year before", mean["year_told_gain"], 0.015, True),
        ("the same where there is a P(left), last day", mean["now_told_gain"], 0.015, True),
        ("calibration error, a year before", mean["year_all_ece"], 0.035, False),
        ("calibration error, last day", mean["now_all_ece"], 0.035, False),
        ("level 1: left to not left, dates pooled", left / stayed, 3.0, True),
        ("level 1: silent for 12 months to not, a year before", silent / bought, 3.0, True),
        ("level 1: recall of who left, dates pooled", left / leavers, 0.20, True),
        (
            "level 1: retrospective less true signal to noise",
            abs(label / unlabelled / (true / false) - 1),
            0.15,
            False,
        ),
    ]
    if given.online_retail.exists() and not given.tiny:
        silence, recency = online_retail(given.online_retail)
        bars.append(("Online Retail: P(silent 180)", silence, 0.725, True))
        print(f"Online Retail: recency {recency:.4f}")
    kept = [value >= bar if at_least else value <= bar for _, value, bar, at_least in bars]
    print(
        f"level 1 a year before: by the label {label:.1f} left, {unlabelled:.1f} not; in truth {true:.0f} and {false:.0f}"
    )
    for (name, value, bar, at_least), good in zip(bars, kept, strict=True):
        print(f"{'kept  ' if good else 'MISSED'} {name}: {value:.4f} ({'>=' if at_least else '<='} {bar})")
    return 0 if given.tiny or all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
