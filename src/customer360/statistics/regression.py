"""Counts of purchases explained by what varied in time: Poisson regression with an effect of its own for every customer.

Given a customer's total, the counts of the periods are multinomial with shares proportional to
``exposure * exp(x b)``: the customer's own rate drops out (Hausman, Hall and Griliches, 1984; the conditional likelihood
equals that with dummies). The estimate is consistent for any distribution of counts with these means, so standard
errors are the sandwich over customers (Wooldridge, 1999), not Poisson's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

FITTED, NO_VARIATION, COLLINEAR, TOO_FEW = "fitted", "no_variation", "collinear", "too_few_customers"
NOT_CONVERGED = "not_converged"

Z_95 = 1.959963984540054


@dataclass(frozen=True)
class Fit:
    """A fitted regression. Arrays are per column of the design; what is not estimated is NaN."""

    status: str
    term_status: list[str]
    coefficients: np.ndarray
    standard_errors: np.ndarray
    customers: int
    periods: int
    events: int
    dispersion: float  # Pearson's chi-square by degree of freedom; 1 for Poisson


def usable_columns(within: np.ndarray, tolerance: float = 1e-7) -> list[str]:
    """Which columns vary within customers and are no combination of the columns before them.

    ``within`` has the customers' means taken out (rows × columns). Modified Gram-Schmidt in the given order.
    """
    statuses: list[str] = []
    basis: list[np.ndarray] = []
    for column in within.T:
        size = np.linalg.norm(column)
        if size <= tolerance * max(len(column), 1) ** 0.5:
            statuses.append(NO_VARIATION)
            continue
        rest = column / size
        for unit in basis:
            rest = rest - (rest @ unit) * unit
        left = np.linalg.norm(rest)
        if left <= 1e-5:
            statuses.append(COLLINEAR)
            continue
        basis.append(rest / left)
        statuses.append(FITTED)
    return statuses


def fit_within_customers(
    customer: np.ndarray,
    counts: np.ndarray,
    exposure: np.ndarray,
    design: np.ndarray,
    minimum_customers: int = 1,
    steps: int = 50,
) -> Fit:
    """Fit ``E[count] = rate of the customer * exposure * exp(design @ b)``.

    ``customer`` numbers rows by customer (any integers, sorted); ``counts`` are whole and not negative; ``exposure`` is
    positive. Customers without an event or with one period only say nothing and are left out. Raises ValueError for
    values that are no numbers.
    """
    if not (np.isfinite(design).all() and np.isfinite(counts).all() and (exposure > 0).all()):
        raise ValueError("design and counts must be finite and exposure positive")
    columns = design.shape[1]
    _, number = np.unique(customer, return_inverse=True)
    periods = np.bincount(number)
    totals = np.bincount(number, weights=counts)
    speaks = (totals > 0) & (periods > 1)
    rows = speaks[number]
    _, number = np.unique(number[rows], return_inverse=True)
    y, offset, x = counts[rows].astype(float), np.log(exposure[rows]), design[rows].astype(float)
    groups = int(speaks.sum())
    nothing = np.full(columns, np.nan)
    if groups < max(minimum_customers, 2):
        return Fit(TOO_FEW, [TOO_FEW] * columns, nothing, nothing, groups, len(y), int(y.sum()), float("nan"))
    total, size = totals[speaks], np.bincount(number)

    def means(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
        return np.column_stack([np.bincount(number, weights=weights * v, minlength=groups) for v in values.T])

    statuses = usable_columns(x - means(x, 1 / size[number])[number])
    used = np.array([s == FITTED for s in statuses])
    if not used.any():
        return Fit(NO_VARIATION, statuses, nothing, nothing, groups, len(y), int(y.sum()), float("nan"))
    x = x[:, used]
    scale = np.maximum(x.std(axis=0), 1e-12)
    x = x / scale

    def shares(b: np.ndarray) -> tuple[np.ndarray, float]:
        eta = offset + x @ b
        top = np.full(groups, -np.inf)
        np.maximum.at(top, number, eta)
        weight = np.exp(eta - top[number])
        sums = np.bincount(number, weights=weight)
        return weight / sums[number], float(y @ (eta - top[number] - np.log(sums)[number]))

    b = np.zeros(x.shape[1])
    p, likelihood = shares(b)
    converged = False
    for _ in range(steps):
        residual = y - total[number] * p
        gradient = x.T @ residual
        centred = x - means(x, p)[number]
        information = (centred * (total[number] * p)[:, None]).T @ centred
        step = np.linalg.solve(information + 1e-10 * np.eye(len(b)), gradient)
        if float(gradient @ step) < 1e-10:
            converged = True
            break
        length = 1.0
        while length > 1e-6:
            q, better = shares(b + length * step)
            if better >= likelihood - 1e-9:
                break
            length /= 2
        b, p, likelihood = b + length * step, q, better
    if not converged:
        return Fit(NOT_CONVERGED, statuses, nothing, nothing, groups, len(y), int(y.sum()), float("nan"))
    scores = means(x, residual)
    bread = np.linalg.inv(information)
    covariance = bread @ (scores.T @ scores) @ bread * (groups / (groups - 1))
    expected = total[number] * p
    freedom = len(y) - groups - len(b)
    coefficients, errors = nothing.copy(), nothing.copy()
    coefficients[used] = b / scale
    errors[used] = np.sqrt(np.diag(covariance)) / scale
    chi_square = float(((y - expected) ** 2 / np.maximum(expected, 1e-12)).sum())
    dispersion = chi_square / freedom if freedom > 0 else float("nan")
    return Fit(FITTED, statuses, coefficients, errors, groups, len(y), int(y.sum()), dispersion)


def varies_within_month(month: np.ndarray, values: np.ndarray) -> bool:
    """Whether customers differ in a driver in some month (``month`` numbers the months from 0)."""
    low, high = np.full(month.max() + 1, np.inf), np.full(month.max() + 1, -np.inf)
    np.minimum.at(low, month, values)
    np.maximum.at(high, month, values)
    return bool((high - low > 1e-12).any())


def fit_segments(
    rows: Mapping[str, np.ndarray], drivers: Sequence[str], minimum_customers: int
) -> list[dict[str, object]]:
    """Regressions of each segment of a panel; one record per term.

    ``rows`` has ``segment``, ``season_group``, ``customer_number``, ``month_start_on``, ``month_of_year``,
    ``order_count``, ``exposure_days`` and a column ``<driver>_driver`` for each of ``drivers``.

    A driver in which customers of one month differ is read off a regression with a dummy for every calendar month and
    season group (``months``): nothing that a group's month has in common can pass for it. One that all share
    (festivals, prices of the country) is told from the season only by a regression with dummies for the months of the
    year (``season``), whose terms are reported as the season.
    """
    records: list[dict[str, object]] = []
    for segment in sorted(set(rows["segment"].tolist())):
        chosen = rows["segment"] == segment
        columns = {driver: rows[f"{driver}_driver"][chosen].astype(float) for driver in drivers}
        customer = rows["customer_number"][chosen]
        counts = rows["order_count"][chosen].astype(float)
        exposure = rows["exposure_days"][chosen].astype(float)
        calendar, month = np.unique(rows["month_start_on"][chosen], return_inverse=True)
        of_year = rows["month_of_year"][chosen]
        seasons = sorted(set(of_year.tolist()))
        groups = rows["season_group"][chosen]
        cells = [
            ((month == m) & (groups == group)).astype(float)
            for group in sorted(set(groups.tolist()))
            for m in range(1, len(calendar))
        ]
        own = [driver for driver in drivers if varies_within_month(month, columns[driver])]
        season_names = [f"month_{m}" for m in seasons[1:]]
        plans: dict[str, tuple[list[str], list[np.ndarray], list[str]]] = {
            "months": (own, cells, own),
            "season": (
                list(drivers),
                [(of_year == m).astype(float) for m in seasons[1:]],
                [driver for driver in drivers if driver not in own] + season_names,
            ),
        }
        for design, (names, dummies, reported) in plans.items():
            if not reported:
                continue
            # the season stands first: a driver that it explains in full is named collinear, not the season
            labels = season_names if design == "season" else [""] * len(dummies)
            fit = fit_within_customers(
                customer,
                counts,
                exposure,
                np.column_stack([*dummies, *(columns[name] for name in names)]),
                minimum_customers,
            )
            for position, name in enumerate([*labels, *names]):
                if name not in reported:
                    continue
                status = fit.term_status[position] if fit.status in (FITTED, NO_VARIATION) else fit.status
                is_fitted = fit.status == FITTED and status == FITTED
                coefficient, error = fit.coefficients[position], fit.standard_errors[position]
                records.append(
                    {
                        "segment": segment,
                        "term": name,
                        "design": design,
                        "is_season": name in season_names,
                        "status": status,
                        "coefficient": float(coefficient) if is_fitted else None,
                        "standard_error": float(error) if is_fitted else None,
                        "effect": float(np.expm1(coefficient)) if is_fitted else None,
                        "effect_low": float(np.expm1(coefficient - Z_95 * error)) if is_fitted else None,
                        "effect_high": float(np.expm1(coefficient + Z_95 * error)) if is_fitted else None,
                        "customer_count": fit.customers,
                        "month_count": fit.periods,
                        "order_count": fit.events,
                        "dispersion": fit.dispersion if fit.status == FITTED else None,
                    }
                )
    return records
