# grain: one term of the model of upgrades at one scored date

import numpy as np
import pyarrow as pa

from customer360.statistics.churn_model import FITTED, fit_logistic

SCHEMA = pa.schema(
    [("as_of_on", pa.date32()), ("term", pa.string()), ("status", pa.string())]
    + [(name, pa.float64()) for name in ("coefficient", "standard_error", "mean", "deviation")]
    + [(name, pa.int64()) for name in ("example_count", "upgraded_count", "month_count")]
)
MONTHS = 12
"""Ends of months that are learnt from: a year, so that every season is in it."""


def model(dbt, session):
    """Fit the logistic model of the latest date and of the tested one, each from the year of outcomes known by then."""
    dbt.config(materialized="table")
    ridge, minimum = dbt.ref("value_policy").project("upgrade_ridge, upgrade_minimum_events").fetchone()
    inputs = dbt.ref("int_value__upgrade_inputs")
    scored = (
        inputs.filter("is_latest or is_tested").project("as_of_on").distinct().order("as_of_on").fetchall()
    )
    rows = inputs.filter("is_upgraded is not null").order("as_of_on, customer_id").fetchnumpy()
    names = [name for name in rows if name.endswith("_feature")]
    features = np.column_stack([rows[name] for name in names])
    upgraded = np.asarray(rows["is_upgraded"], dtype=bool)
    dates, over = (rows[name].astype("datetime64[D]") for name in ("as_of_on", "later_on"))
    records = []
    for (day,) in scored:
        known = np.unique(dates[over <= np.datetime64(day)])[-MONTHS:]
        learnt = np.isin(dates, known)
        # months whose steps overlap tell the same story: together they weigh as one
        fit = fit_logistic(features[learnt], upgraded[learnt], ridge * max(len(known), 1), minimum)
        about = {
            "as_of_on": day,
            "status": fit.status,
            "example_count": fit.examples,
            "upgraded_count": fit.events,
            "month_count": len(known),
        }
        if fit.status != FITTED:
            records.append(about | {"term": "none"})
            continue
        records.append(
            about | {"term": "intercept", "coefficient": fit.intercept, "standard_error": fit.intercept_error}
        )
        columns = (fit.coefficients, fit.standard_errors, fit.means, fit.deviations)
        for name, values in zip(names, zip(*columns, strict=True), strict=True):
            estimates = map(float, values)
            records.append(
                about
                | {"term": name.removesuffix("_feature")}
                | dict(zip(("coefficient", "standard_error", "mean", "deviation"), estimates, strict=True))
            )
    return pa.Table.from_pylist(records, schema=SCHEMA)
