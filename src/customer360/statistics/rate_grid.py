"""When customers leave: a grid of buying rates with one hazard of leaving, fitted by maximum likelihood.

A customer buys at one of eighteen constant rates per month (Poisson) and leaves for good at a constant hazard u; the
shares of the rates are free (Laird, 1978: the nonparametric mixing distribution is discrete), the hazard is common.
With x repeat purchase days, t months from the first purchase day to the last and s months of silence since:

    stayed = sum of share * rate^x * exp(-(rate + u) * (t + s))
    left   = sum of share * rate^x * exp(-(rate + u) * t) * u / (rate + u) * (1 - exp(-(rate + u) * s))
    P(left) = left / (left + stayed)

Shares come from expectation-maximisation, the hazard from a grid by likelihood. Scoring is SQL
(macros/value/leaving.sql). A row of the sample stands for `count` customers; no fit depends on the order of rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

MONTH_DAYS = 30.4375
RATES = np.geomspace(0.008, 8.0, 18)
"""Purchase days per month: one in ten years to two in a week."""
HAZARDS = np.geomspace(0.001, 0.3, 28)
"""Hazards of leaving per month that are tried, beside 0."""
STEPS, STEPS_BETWEEN = 150, 40
"""Expectation-maximisation steps for the first and the chosen hazard, and for each between, which starts where the one
before it ended."""
MINIMUM_GAIN = 5.0
"""Log-likelihood that leaving has to explain beyond pauses of customers who stay."""

FITTED = "fitted"
NOT_IDENTIFIED = "leaving_not_identified"
SHORT_HISTORY = "short_history"
TOO_FEW_CUSTOMERS = "too_few_customers"
NO_VARIANCE = "no_variance"

Array = np.ndarray


@dataclass(frozen=True)
class Grid:
    """A fitted grid, or why there is none (`status`)."""

    status: str
    customers: int
    shares: Array | None = None
    """Of customers at each of `RATES`; they add up to 1."""
    hazard: float | None = None
    """Per month; 0 where leaving is not identified."""
    log_likelihood: float | None = None
    gain: float | None = None
    """Log-likelihood over that of the best grid in which nobody leaves."""


def before_silence(x: Array, t: Array) -> tuple[Array, Array]:
    """ln of rate^x * exp(-rate * t) less its greatest value, (n, 18), and that value, (n,).

    exp(-u * t), which all rates share, is left out: it belongs to the likelihood and cancels in every probability.
    """
    exponent = x[:, None] * np.log(RATES) - RATES * t[:, None]
    top = exponent.max(axis=1)
    return exponent - top[:, None], top


def ends(s: Array, hazard: float) -> tuple[Array, Array]:
    """Chance that a customer of each rate has left unseen, and has stayed without a purchase, in s months: (n, 18)."""
    leaving = RATES + hazard
    stays = np.exp(-leaving * s[:, None])
    return -hazard / leaving * np.expm1(-leaving * s[:, None]), stays


def fit_grid(
    x: Array, t: Array, s: Array, count: Array, minimum_repeat_customers: int, may_leave: bool = True
) -> Grid:
    """Fit shares and hazard to rows of equal histories.

    `x`: repeat purchase days; `t`, `s`: months to the last purchase day, and of silence since; `count`: customers.
    Not `may_leave`: the hazard is 0 whatever the rows say.
    """
    x, t, s, count = (np.asarray(values, dtype=float) for values in (x, t, s, count))
    customers = int(count.sum())
    if count[x > 0].sum() < max(minimum_repeat_customers, 1):
        return Grid(TOO_FEW_CUSTOMERS, customers)
    if x.min() == x.max() and (t + s).min() == (t + s).max():
        return Grid(NO_VARIANCE, customers)
    order = np.lexsort((s, t, x))
    x, t, s, count = x[order], t[order], s[order], count[order]
    exponent, top = before_silence(x, t)
    history = np.exp(exponent)

    def improved(shares: Array, hazard: float, steps: int) -> tuple[float, float, Array]:
        """Log-likelihood, hazard and shares after so many steps."""
        chance = np.ascontiguousarray((history * sum(ends(s, hazard))).T)
        # einsum adds in one order on every run; a matrix product need not
        for _ in range(steps):
            total = np.einsum("kn,k->n", chance, shares)
            shares = shares * np.einsum("kn,n->k", chance, count / total) / customers
        total = np.einsum("kn,k->n", chance, shares)
        return float((count * (np.log(total) + top - hazard * t)).sum()), hazard, shares / shares.sum()

    staying = improved(np.full(len(RATES), 1 / len(RATES)), 0.0, STEPS)
    best = found = staying
    for hazard in HAZARDS if may_leave else ():
        found = improved(found[2], float(hazard), STEPS_BETWEEN)
        best = max(best, found, key=lambda each: each[0])
    best = improved(best[2], best[1], STEPS)
    gain = best[0] - staying[0]
    identified = best[1] > 0 and gain >= MINIMUM_GAIN
    value, hazard, shares = best if identified else staying
    return Grid(FITTED if identified else NOT_IDENTIFIED, customers, shares, hazard, value, gain)


def probabilities(
    grid: Grid, x: Array, t: Array, s: Array, horizon: float, later: float = 0.0
) -> dict[str, Array]:
    """What the SQL computes, in numpy: `left`, `silent` (no purchase in `horizon` months), `late` for himself, and
    `left_given_silence`: had left by then, for who stayed silent for `later` months more."""
    x, t, s = (np.asarray(values, dtype=float) for values in (x, t, s))
    assert grid.shares is not None and grid.hazard is not None
    weight = np.exp(before_silence(x, t)[0]) * grid.shares
    left, stayed = ends(s, grid.hazard)
    ahead = sum(ends(np.full(len(s), horizon), grid.hazard))
    since = sum(ends(s + later, grid.hazard))
    gone, both = (weight * left).sum(axis=1), (weight * (left + stayed)).sum(axis=1)
    return {
        "left": gone / both,
        "silent": (gone + (weight * stayed * ahead).sum(axis=1)) / both,
        "late": 1 - (weight * np.exp(-RATES * s[:, None])).sum(axis=1) / weight.sum(axis=1),
        "left_given_silence": gone / (weight * since).sum(axis=1),
    }


def fit_grids_at(
    rows: Mapping[str, Array],
    history_days: Mapping[object, int],
    minimum_repeat_customers: int,
    minimum_leaving_days: int,
) -> list[dict[str, object]]:
    """Parameters of the grid at each date: one record per date and node, counted from 1.

    `rows`: columns as_of_on, x, t_x, age_days (days), customer_count. Where the history of the company is shorter than
    `minimum_leaving_days`, what looks like leaving may be a season: the hazard is 0 (`short_history`). Without a fit
    shares and hazard are None.
    """
    records: list[dict[str, object]] = []
    for date in np.unique(rows["as_of_on"]):
        at = rows["as_of_on"] == date
        x, t_x, age, count = (
            np.asarray(rows[name][at], dtype=float) for name in ("x", "t_x", "age_days", "customer_count")
        )
        day = date.astype("datetime64[D]").item()
        long = history_days[day] >= minimum_leaving_days
        fit = fit_grid(x, t_x / MONTH_DAYS, (age - t_x) / MONTH_DAYS, count, minimum_repeat_customers, long)
        short = fit.shares is not None and not long
        common = {
            "as_of_on": day,
            "status": SHORT_HISTORY if short else fit.status,
            "hazard": fit.hazard,
            "customer_count": fit.customers,
            "log_likelihood": fit.log_likelihood,
            "log_likelihood_gain": fit.gain,
        }
        for node, rate in enumerate(RATES, start=1):
            share = None if fit.shares is None else float(fit.shares[node - 1])
            records.append(common | {"node": node, "rate": float(rate), "share": share})
    return records
