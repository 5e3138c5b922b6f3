"""Probabilistic models of buying, fitted by exact maximum likelihood on grouped rows.

BG/NBD (how often customers buy, and whether they still do): Fader, Hardie, Lee (2005), "Counting Your Customers
the Easy Way", Marketing Science 24(2). Gamma-Gamma (how much an order is worth): Fader, Hardie (2013), "The
Gamma-Gamma Model of Monetary Value", note 025. Scoring is SQL (macros/value/purchase_models.sql); the nodes that its
expectations are summed over come from `beta_nodes`.

A customer is (x, t_x, T): repeat purchases, age at the last of them, age at the end. Times come in any one unit;
rates (alpha) are in that unit, everything else does not depend on it. No fit depends on the order of rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from scipy.linalg import eigh_tridiagonal
from scipy.optimize import minimize
from scipy.special import digamma, expit, gammaln

LOG_BOUND = 12.0
"""Parameters are sought between exp(-12) and exp(12), in a unit in which times or amounts are moderate."""
SCALED_AGE = 10.0
"""The greatest age while fitting."""
CONVERGED_GRADIENT = 1e-6
"""Greatest slope of the mean log-likelihood of a customer, in log parameters, at which a fit counts as one."""
MINIMUM_DROPOUT = 1e-3
"""Mean drop-out probability a / (a + b) under which nobody is seen to leave."""
MINIMUM_GAIN = 2.0
"""Log-likelihood that drop-out has to explain beyond the NBD model, which has none."""

NODES_FLAT, NODES_STEEP = 8, 10.0
"""Nodes of an expectation: some, and so many per root of steepness."""
NODE_COUNTS = np.array([16, 24, 36, 54, 81, 122, 182, 273, 410, 615, 1000])
LAST_AGE = 1_000_000

FITTED = "fitted"
DROPOUT_NOT_IDENTIFIED = "dropout_not_identified"
TOO_FEW_CUSTOMERS = "too_few_customers"
NO_VARIANCE = "no_variance"
NOT_CONVERGED = "not_converged"
NO_FINITE_MEAN = "no_finite_mean"

Array = np.ndarray
LogLikelihood = Callable[[Array], tuple[float, Array]]


@dataclass(frozen=True)
class Fit:
    """One fitted model, or why there is none (`status`); figures that do not apply are None."""

    status: str
    customers: int
    """Customers of the sample."""
    repeat_customers: int
    """Those with a repeat purchase."""
    groups: int
    """Rows of the sample, each standing for `count` customers."""
    left_out: int = 0
    """Gamma-Gamma: customers without a positive mean amount."""
    estimates: dict[str, float] = field(default_factory=dict)
    standard_errors: dict[str, float | None] = field(default_factory=dict)
    """From the Hessian; None where the likelihood does not curve, or the maximum lies on a bound."""
    log_likelihood: float | None = None
    gradient_norm: float | None = None
    """Greatest slope of the mean log-likelihood of a customer in log parameters."""
    evaluations: int | None = None
    log_likelihood_gain: float | None = None
    """BG/NBD: over NBD on the same sample."""
    dropout_identified: bool | None = None
    """BG/NBD: whether the sample tells customers who left from customers who pause."""
    correlation: float | None = None
    """Gamma-Gamma: of x with the mean amount; the model takes it for zero."""


def fit_purchases(
    x: Array, t_x: Array, age: Array, count: Array | None = None, minimum_repeat_customers: int = 50
) -> dict[str, Fit]:
    """Fit BG/NBD and, as the yardstick without drop-out, NBD: {"bg_nbd": Fit, "nbd": Fit}.

    `x`, `t_x`, `age`: shape (n,), with t_x <= age and t_x = 0 where x = 0. `count`: customers per row (default: one).
    Estimates r, alpha (unit of time), a, b; the log-likelihood is that of the paper's (6), without constants.
    Where drop-out is not identified, a and b mean nothing and NBD is the model to use.
    Raises ValueError on rows that are no purchase histories.
    """
    x, t_x, age, count = _histories(x, t_x, age, count)
    repeat = x > 0
    sample = (int(count.sum()), int(count[repeat].sum()), len(x))
    if sample[1] < max(minimum_repeat_customers, 1):
        return dict.fromkeys(("bg_nbd", "nbd"), Fit(TOO_FEW_CUSTOMERS, *sample))
    if x.min() == x.max() and age.min() == age.max():
        return dict.fromkeys(("bg_nbd", "nbd"), Fit(NO_VARIANCE, *sample))
    unit = float(age.max()) / SCALED_AGE
    bg_nbd, nbd = _bg_nbd_likelihoods(x, t_x / unit, age / unit, count)
    to_unit = -float(count @ x) * np.log(unit)
    rate = (count @ x) / (count @ age) * unit
    plain = _maximise(nbd, np.array([0.0, -np.log(rate)]), sample[0])
    # a fifth leaves at each purchase: from where nobody leaves, no slope leads away
    full = _maximise(bg_nbd, np.array([*plain.log_parameters, 0.0, np.log(4.0)]), sample[0])
    scale = {"r": 1.0, "alpha": unit, "a": 1.0, "b": 1.0}
    a, b = np.exp(full.log_parameters[2:])
    gain = full.log_likelihood - plain.log_likelihood
    identified = bool(a / (a + b) >= MINIMUM_DROPOUT and gain >= MINIMUM_GAIN)
    return {
        "bg_nbd": _as_fit(
            full,
            sample,
            scale,
            to_unit,
            status=FITTED if identified else DROPOUT_NOT_IDENTIFIED,
            log_likelihood_gain=gain,
            dropout_identified=identified,
        ),
        "nbd": _as_fit(plain, sample, {name: scale[name] for name in ("r", "alpha")}, to_unit),
    }


def fit_amounts(x: Array, mean: Array, count: Array | None = None, minimum_repeat_customers: int = 50) -> Fit:
    """Fit Gamma-Gamma to customers' mean amounts per repeat purchase.

    `x`: repeat purchases, shape (n,), at least 1. `mean`: mean amount of these, in one currency; customers whose mean
    is not positive are outside of the model and left out. `count` as in `fit_purchases`.
    Estimates p, q, v (currency). Raises ValueError where an x is under 1.
    """
    x, mean = np.asarray(x, dtype=float), np.asarray(mean, dtype=float)
    count = np.ones(len(x)) if count is None else np.asarray(count, dtype=float)
    if (x < 1).any():
        raise ValueError("mean amounts are those of customers with a repeat purchase")
    positive = mean > 0
    left_out = int(count[~positive].sum())
    x, mean, count = x[positive], mean[positive], count[positive]
    sample = (*(int(count.sum()),) * 2, len(x), left_out)
    if sample[1] < max(minimum_repeat_customers, 1):
        return Fit(TOO_FEW_CUSTOMERS, *sample)
    if mean.max() - mean.min() <= 1e-9 * mean.max():
        return Fit(NO_VARIANCE, *sample)
    unit = float(count @ mean / count.sum())
    found = _maximise(_gamma_gamma_likelihood(x, mean / unit, count), np.log([2.0, 2.0, 1.0]), sample[0])
    has_mean = found.log_parameters[1] > 0
    return _as_fit(
        found,
        sample,
        {"p": 1.0, "q": 1.0, "v": unit},
        -float(count.sum()) * np.log(unit),
        status=FITTED if has_mean else NO_FINITE_MEAN,
        correlation=_correlation(x, mean, count),
    )


def fit_dates(
    purchases: Mapping[str, Array], amounts: Mapping[str, Array], minimum_repeat_customers: int
) -> list[dict[str, object]]:
    """Fit all models at each date: one record per date and model, with the figures of `Fit` under the names of
    int_value__purchase_models.

    `purchases`: columns as_of_on, x, t_x, age_days, customer_count; `amounts`: columns as_of_on, amount_kind (net or
    margin), x, repeat_amount, customer_count. Rows in a stable order give figures equal to the last bit.
    """
    records = []
    for date in np.unique(purchases["as_of_on"]):
        at = purchases["as_of_on"] == date
        fits = fit_purchases(
            *(purchases[name][at] for name in ("x", "t_x", "age_days", "customer_count")),
            minimum_repeat_customers=minimum_repeat_customers,
        )
        for kind in ("net", "margin"):
            at = (amounts["as_of_on"] == date) & (amounts["amount_kind"] == kind)
            x = amounts["x"][at]
            fits[f"gamma_gamma_{kind}"] = fit_amounts(
                x, amounts["repeat_amount"][at] / x, amounts["customer_count"][at], minimum_repeat_customers
            )
        records += [_record(date, model, fit) for model, fit in fits.items()]
    return records


def beta_nodes(a: float, b: float, nodes: int) -> tuple[Array, Array]:
    """Gauss-Jacobi nodes and weights of the distribution Beta(a, b), each of shape (nodes,), ascending.

    Golub and Welsch (1969) on the three-term recurrence of the Jacobi polynomials shifted to [0, 1], written so that
    nothing cancels: shares near 0 (large b, a towards 0) keep their digits, and a + b < 1 is no special case.
    Nodes lie in (0, 1), weights sum to 1. Raises ValueError unless a and b are positive.
    """
    if a <= 0 or b <= 0:
        raise ValueError("a and b are positive")
    k = np.arange(1, nodes, dtype=float)
    s = a + b - 2
    diagonal = np.append(a / (a + b), (2 * k * (k + 1 + s) + s * a) / ((2 * k + s) * (2 * k + s + 2)))
    # at k = 1 the factors (k + s) and (2k + s - 1) are one and the same, and may be zero
    ratio = np.append(1.0, (k[1:] + s) / (2 * k[1:] + s - 1))[: nodes - 1]
    beside = np.sqrt(k * (k + b - 1) * (k + a - 1) * ratio / ((2 * k + s) ** 2 * (2 * k + s + 1)))
    shares, vectors = eigh_tridiagonal(diagonal, beside)
    return np.clip(shares, np.finfo(float).tiny, 1.0), vectors[0] ** 2


def expectation_nodes(
    r: float, alpha: float, a: float, b: float, x: Array, horizon: float
) -> dict[str, Array]:
    """Nodes of expected purchases, per number of repeat purchases and range of ages: flat columns x, from_age, until_age
    (exclusive), node (from 1), share, weight.

    Given alive, the chance p to leave at a purchase is Beta(a, b + x), and the expected purchases up to t are the mean of
    (1 - ((alpha + T) / (alpha + T + p t)) ** (r + x)) / p over p. `horizon`: the greatest t; it, alpha and ages in days.
    How many nodes that takes grows with the root of t / (alpha + T) (docs/decisions/0008): few for old customers, many for
    those of last week. Ages under x do not occur: x repeat purchase days take x days.
    """
    # ages from which on so many nodes suffice: the more nodes, the younger
    from_age = np.ceil(horizon * max(1.0, r) * (NODES_STEEP / (NODE_COUNTS - NODES_FLAT)) ** 2 - alpha)
    from_age[-1] = 0
    columns: dict[str, list[Array]] = {
        name: [] for name in ("x", "from_age", "until_age", "node", "share", "weight")
    }
    for level in np.unique(np.asarray(x, dtype=np.int64)).tolist():
        until = LAST_AGE
        for size, suffices in zip(NODE_COUNTS.tolist(), from_age.tolist(), strict=True):
            since = max(level, int(suffices))
            if since < until:
                row = (level, since, until, np.arange(1, size + 1), *beta_nodes(a, b + level, size))
                for column, value in zip(columns.values(), row, strict=True):
                    column.append(np.broadcast_to(value, size))
                until = since
    return {name: np.concatenate(parts or [np.empty(0)]) for name, parts in columns.items()}


def _histories(x: Array, t_x: Array, age: Array, count: Array | None) -> tuple[Array, Array, Array, Array]:
    given, t_x, age = np.asarray(x), np.asarray(t_x, dtype=float), np.asarray(age, dtype=float)
    x = given.astype(np.int64)
    count = np.ones(len(x)) if count is None else np.asarray(count, dtype=float)
    if len({len(x), len(t_x), len(age), len(count)}) > 1:
        raise ValueError("x, t_x, age and count differ in length")
    if len(x) and ((x != given).any() or x.min() < 0 or (count < 0).any()):
        raise ValueError("x and count are whole numbers and not negative")
    if (t_x < 0).any() or (t_x > age).any() or ((t_x == 0) != (x == 0)).any():
        raise ValueError("0 <= t_x <= age, and t_x = 0 where there is no repeat purchase and only there")
    return x, t_x, age, count


def _bg_nbd_likelihoods(
    x: Array, t_x: Array, age: Array, count: Array
) -> tuple[LogLikelihood, LogLikelihood]:
    """Log-likelihoods of BG/NBD (log r, log alpha, log a, log b) and NBD (log r, log alpha) with gradients.

    BG/NBD is NBD plus two terms: surviving x purchases, and the chance to have left at the last of them. As x is a
    whole number, each ratio of gamma functions is a product over 0..x-1: a cumulated sum of logarithms, looked up
    per x. Logarithms of times are looked up per distinct time. Only the odds of having left need every row.
    """
    customers_of_x = np.bincount(x, weights=count)
    ages, of_age = np.unique(age, return_inverse=True)
    customers_of_age = np.bincount(of_age, weights=count)
    purchases_of_age = np.bincount(of_age, weights=count * x)
    customers = float(count.sum())
    repeat = x > 0
    lasts, of_last = np.unique(t_x[repeat], return_inverse=True)
    repeat_x, repeat_age, repeat_count = x[repeat], of_age[repeat], count[repeat]
    factor = np.arange(max(len(customers_of_x) - 1, 0), dtype=float)

    def over_x(terms: Array) -> float:
        """Sum over customers of the sum of the first x terms."""
        return float(customers_of_x[1:] @ np.cumsum(terms))

    def nbd(log_parameters: Array) -> tuple[float, Array]:
        r, alpha = np.exp(log_parameters)
        power, until = r * customers_of_age + purchases_of_age, alpha + ages
        value = over_x(np.log(r + factor)) + customers * r * np.log(alpha) - power @ np.log(until)
        d_r = over_x(1 / (r + factor)) + customers * np.log(alpha) - customers_of_age @ np.log(until)
        d_alpha = customers * r / alpha - power @ (1 / until)
        return float(value), np.array([r * d_r, alpha * d_alpha])

    def bg_nbd(log_parameters: Array) -> tuple[float, Array]:
        r, alpha, a, b = np.exp(log_parameters)
        value, gradient = nbd(log_parameters[:2])
        value -= over_x(np.log1p(a / (b + factor)))
        power = r + repeat_x
        since = np.log(alpha + ages)[repeat_age] - np.log(alpha + lasts)[of_last]
        odds = power * since + (np.log(a) - np.log(b + factor))[repeat_x - 1]
        value += repeat_count @ np.logaddexp(0.0, odds)
        left = repeat_count * expit(odds)
        between = (1 / (alpha + ages))[repeat_age] - (1 / (alpha + lasts))[of_last]
        d_a = left.sum() / a - over_x(1 / (a + b + factor))
        by_x = np.bincount(repeat_x - 1, weights=left, minlength=len(factor))
        d_b = over_x(a / ((b + factor) * (a + b + factor))) - by_x @ (1 / (b + factor))
        extra = np.array([r * (left @ since), alpha * ((left * power) @ between), a * d_a, b * d_b])
        extra[:2] += gradient
        return float(value), extra

    return bg_nbd, nbd


def _gamma_gamma_likelihood(x: Array, mean: Array, count: Array) -> LogLikelihood:
    """Log-likelihood of Gamma-Gamma in (log p, log q, log v), with gradient; note 025, equation (1a)."""
    levels, of_level = np.unique(x, return_inverse=True)
    customers = np.bincount(of_level, weights=count)
    total = x * mean
    log_mean = float(count @ np.log(mean))
    x_log_total = float((count * x) @ np.log(total))

    def gamma_gamma(log_parameters: Array) -> tuple[float, Array]:
        p, q, v = np.exp(log_parameters)
        shape = p * levels
        log_sum = count * np.log(total + v)
        by_level = np.bincount(of_level, weights=log_sum)
        value = (
            customers @ (gammaln(shape + q) - gammaln(shape))
            + customers.sum() * (q * np.log(v) - gammaln(q))
            + p * x_log_total
            - log_mean
            - (shape + q) @ by_level
        )
        slope = digamma(shape + q)
        d_p = (customers * levels) @ (slope - digamma(shape)) + x_log_total - levels @ by_level
        d_q = customers @ slope + customers.sum() * (np.log(v) - digamma(q)) - by_level.sum()
        d_v = customers.sum() * q / v - (count * (p * x + q)) @ (1 / (total + v))
        return float(value), np.array([p * d_p, q * d_q, v * d_v])

    return gamma_gamma


@dataclass(frozen=True)
class _Maximum:
    log_parameters: Array
    log_likelihood: float
    gradient_norm: float
    covariance: Array | None
    """Of the log parameters; None where the Hessian is singular."""
    evaluations: int


def _maximise(likelihood: LogLikelihood, start: Array, customers: int) -> _Maximum:
    """Maximise within the bounds by L-BFGS-B, then by Newton steps to the last digits."""
    evaluations = 0

    def descent(log_parameters: Array) -> tuple[float, Array]:
        nonlocal evaluations
        evaluations += 1
        value, gradient = likelihood(log_parameters)
        return -value / customers, -gradient / customers

    bounds = [(-LOG_BOUND, LOG_BOUND)] * len(start)
    found = minimize(
        descent, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"ftol": 0.0, "gtol": 1e-9}
    )
    at, (value, gradient) = found.x, descent(found.x)
    hessian = _hessian(lambda point: descent(point)[1], at)
    covariance = _inverse(hessian)
    for _ in range(5 if covariance is not None else 0):
        step = at - covariance @ gradient
        if np.abs(step - at).max() > 0.5 or np.abs(step).max() >= LOG_BOUND:
            break
        next_value, next_gradient = descent(step)
        if np.abs(next_gradient).max() >= np.abs(gradient).max():
            break
        at, value, gradient = step, next_value, next_gradient
    if (np.abs(at) >= LOG_BOUND).any():
        covariance = None
    # at a bound only the slope back inside counts
    pushed_out = (np.abs(at) >= LOG_BOUND) & (np.sign(at) == -np.sign(gradient))
    norm = float(np.abs(np.where(pushed_out, 0.0, gradient)).max())
    return _Maximum(
        at, -value * customers, norm, None if covariance is None else covariance / customers, evaluations
    )


def _hessian(gradient: Callable[[Array], Array], at: Array, step: float = 1e-4) -> Array:
    """Symmetric Hessian by central differences of the gradient."""
    columns = [
        (gradient(at + step * unit) - gradient(at - step * unit)) / (2 * step) for unit in np.eye(len(at))
    ]
    hessian = np.array(columns)
    return (hessian + hessian.T) / 2


def _inverse(hessian: Array) -> Array | None:
    """Inverse, or None where it is not positive definite to the digits that differences have."""
    values, vectors = np.linalg.eigh(hessian)
    if values[0] <= 1e-8 * values[-1]:
        return None
    return (vectors / values) @ vectors.T


def _as_fit(
    found: _Maximum,
    sample: tuple[int, ...],
    scale: dict[str, float],
    to_unit: float,
    status: str = FITTED,
    **figures: float | bool,
) -> Fit:
    """A maximum in natural parameters and the caller's unit; standard errors by the delta method."""
    natural = np.exp(found.log_parameters) * np.array(list(scale.values()))
    errors = (
        [None] * len(natural)
        if found.covariance is None
        else (natural * np.sqrt(np.diag(found.covariance))).tolist()
    )
    return Fit(
        status if found.gradient_norm <= CONVERGED_GRADIENT else NOT_CONVERGED,
        *sample,
        estimates=dict(zip(scale, natural.tolist(), strict=True)),
        standard_errors=dict(zip(scale, errors, strict=True)),
        log_likelihood=float(found.log_likelihood) + to_unit,
        gradient_norm=found.gradient_norm,
        evaluations=found.evaluations,
        **figures,
    )


def _record(date: np.datetime64, model: str, fit: Fit) -> dict[str, object]:
    errors = {f"{name}_standard_error": error for name, error in fit.standard_errors.items()}
    return (
        fit.estimates
        | errors
        | {
            "as_of_on": date.astype("datetime64[D]").item(),
            "model": model,
            "status": fit.status,
            "is_dropout_identified": fit.dropout_identified,
            "customer_count": fit.customers,
            "repeat_customer_count": fit.repeat_customers,
            "left_out_count": fit.left_out,
            "group_count": fit.groups,
            "log_likelihood": fit.log_likelihood,
            "log_likelihood_gain": fit.log_likelihood_gain,
            "gradient_norm": fit.gradient_norm,
            "evaluation_count": fit.evaluations,
            "frequency_amount_correlation": fit.correlation,
        }
    )


def _correlation(x: Array, mean: Array, count: Array) -> float | None:
    """Correlation of weighted rows; None where one of the two does not vary."""
    dx, dm = x - np.average(x, weights=count), mean - np.average(mean, weights=count)
    spread = np.sqrt((count @ dx**2) * (count @ dm**2))
    return float(count @ (dx * dm) / spread) if spread > 0 else None
