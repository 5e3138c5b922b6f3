"""Logistic model of customers who stay away, fitted by exact penalised maximum likelihood.

P(no purchase within a horizon) = 1 / (1 + exp(-(intercept + sum of coefficient * (feature - mean) / deviation))).
Newton's method on the log-likelihood of McCullagh and Nelder, Generalized Linear Models (1989), section 4.4, less half
of `ridge` times the squared coefficients of standardised features (le Cessie and van Houwelingen, 1992), so that
features that say the same, or nothing, do no harm. Scoring is SQL (int_churn__scores).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.special import expit

CONVERGED_STEP = 1e-9
"""Greatest change of a coefficient at which the fit has ended."""
MOST_STEPS = 100

FITTED = "fitted"
TOO_FEW_EVENTS = "too_few_events"
NOT_CONVERGED = "not_converged"

Array = np.ndarray


@dataclass(frozen=True)
class Logistic:
    """A fitted model, or why there is none (`status`). Arrays have shape (k,), one element per feature."""

    status: str
    examples: int
    events: int
    """Examples whose outcome is true."""
    intercept: float | None = None
    intercept_error: float | None = None
    coefficients: Array | None = None
    """Per standard deviation of the feature; 0 where it does not vary."""
    standard_errors: Array | None = None
    """Square roots of the diagonal of the inverse penalised information; 0 where the feature does not vary."""
    means: Array | None = None
    deviations: Array | None = None
    """1 where the feature does not vary."""

    def logit(self, features: Array) -> Array:
        """Log odds of each row of `features`, shape (n, k)."""
        return self.intercept + ((features - self.means) / self.deviations) @ self.coefficients


def penalised_likelihood(
    parameters: Array, design: Array, outcome: Array, penalty: Array
) -> tuple[float, Array, Array]:
    """Value, gradient (k,) and information (k, k) of the penalised log-likelihood.

    `design`: (n, k), its first column ones; `outcome`: (n,), 0 or 1; `penalty`: (k,), weight of each squared parameter.
    """
    logit = design @ parameters
    chance = expit(logit)
    value = outcome @ logit - np.logaddexp(0.0, logit).sum() - 0.5 * penalty @ parameters**2
    gradient = design.T @ (outcome - chance) - penalty * parameters
    information = (design * (chance * (1 - chance))[:, None]).T @ design + np.diag(penalty)
    return float(value), gradient, information


def fit_logistic(features: Array, outcome: Array, ridge: float, minimum_events: int = 1) -> Logistic:
    """Fit by Newton steps, halved while they do not rise.

    `features`: (n, k); `outcome`: (n,), true where the customer stayed away. `ridge` > 0 acts on standardised features
    and not on the intercept. Fewer than `minimum_events` of either outcome: no fit.
    Raises ValueError on values that are no numbers or a ridge that is not positive.
    """
    features, outcome = np.asarray(features, dtype=float), np.asarray(outcome, dtype=float)
    if not np.isfinite(features).all():
        raise ValueError("a feature is no finite number")
    if ridge <= 0:
        raise ValueError("ridge is positive")
    examples, events = len(outcome), int(outcome.sum())
    if min(events, examples - events) < max(minimum_events, 1):
        return Logistic(TOO_FEW_EVENTS, examples, events)
    means, deviations = features.mean(axis=0), features.std(axis=0)
    varies = deviations > 1e-9 * np.maximum(1.0, np.abs(means))
    deviations = np.where(varies, deviations, 1.0)
    used = np.flatnonzero(varies)
    design = np.column_stack([np.ones(examples), (features[:, used] - means[used]) / deviations[used]])
    penalty = np.concatenate([[0.0], np.full(len(used), ridge)])
    at = np.zeros(design.shape[1])
    at[0] = np.log(events / (examples - events))
    value, gradient, information = penalised_likelihood(at, design, outcome, penalty)
    status = NOT_CONVERGED
    for _ in range(MOST_STEPS):
        step = cho_solve(cho_factor(information), gradient)
        while True:
            found = penalised_likelihood(at + step, design, outcome, penalty)
            if found[0] >= value - 1e-9 * abs(value) or np.abs(step).max() < CONVERGED_STEP:
                break
            step = step / 2
        at = at + step
        value, gradient, information = found
        if np.abs(step).max() < CONVERGED_STEP:
            status = FITTED
            break
    errors = np.sqrt(np.diag(cho_solve(cho_factor(information), np.eye(len(at)))))
    coefficients, standard_errors = np.zeros(features.shape[1]), np.zeros(features.shape[1])
    coefficients[used], standard_errors[used] = at[1:], errors[1:]
    return Logistic(
        status,
        examples,
        events,
        float(at[0]),
        float(errors[0]),
        coefficients,
        standard_errors,
        means,
        deviations,
    )


def fit_origins(
    origins: Sequence[Mapping[str, object]],
    rows: Mapping[str, Array],
    training_origins: Mapping[int, int],
    ridge: float,
    minimum_events: int,
) -> list[dict[str, object]]:
    """Fit the model of every scored date and horizon: one record per term, with the sample it comes from.

    `origins`: rows of int_churn__origins. `rows`: columns as_of_on, horizon_days, is_lost and one per feature (its name
    ends in `_feature`), in a stable order. A date is learnt for from origins whose horizon has ended by then, at most
    `training_origins[horizon]` of them; then intercept and slope of the log odds are fitted once more to the newest of
    these, the recalibration (Cox, 1958). A date without a fit has one record, which says why.
    """
    names = [name for name in rows if name.endswith("_feature")]
    features = np.column_stack([rows[name] for name in names])
    dates, horizons = rows["as_of_on"].astype("datetime64[D]"), rows["horizon_days"]
    lost = np.asarray(rows["is_lost"], dtype=bool)
    records = []
    for date, horizon, learnt in fit_plan(origins, training_origins):
        sample = (horizons == horizon) & np.isin(dates, np.array(learnt, dtype="datetime64[D]"))
        fit = fit_logistic(features[sample], lost[sample], ridge, minimum_events)
        common = {
            "as_of_on": date,
            "horizon_days": horizon,
            "status": fit.status,
            "example_count": fit.examples,
            "lost_count": fit.events,
            "origin_count": len(learnt),
            "first_origin_on": min(learnt, default=None),
            "last_origin_on": max(learnt, default=None),
        }
        if fit.coefficients is None:
            records.append(common | {"term": "none"})
            continue
        newest = (horizons == horizon) & (dates == np.datetime64(learnt[0]))
        again = fit_logistic(fit.logit(features[newest])[:, None], lost[newest], 1e-6, minimum_events)
        terms = [("intercept", fit.intercept, fit.intercept_error, None, None)]
        terms += [
            (name.removesuffix("_feature"), *map(float, figures))
            for name, *figures in zip(
                names, fit.coefficients, fit.standard_errors, fit.means, fit.deviations, strict=True
            )
        ]
        if again.coefficients is not None:
            slope = float(again.coefficients[0] / again.deviations[0])
            terms.append(("calibration_slope", slope, None, None, None))
            terms.append(
                ("calibration_intercept", float(again.intercept - slope * again.means[0]), None, None, None)
            )
        columns = ("term", "coefficient", "standard_error", "mean", "deviation")
        records += [common | dict(zip(columns, term, strict=True)) for term in terms]
    return records


def fit_plan(
    origins: Sequence[Mapping[str, object]], training_origins: Mapping[int, int]
) -> list[tuple[object, int, list[object]]]:
    """(as_of_on, horizon_days, origins to learn from, newest first) for each date that is scored."""
    plan = []
    for row in origins:
        if row["is_scored"]:
            over = sorted(
                (
                    other["as_of_on"]
                    for other in origins
                    if other["horizon_days"] == row["horizon_days"] and other["until_on"] <= row["as_of_on"]
                ),
                reverse=True,
            )
            plan.append((row["as_of_on"], row["horizon_days"], over[: training_origins[row["horizon_days"]]]))
    return plan
