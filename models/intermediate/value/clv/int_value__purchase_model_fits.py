# grain: one fitted model at an as-of date

import pyarrow as pa

from customer360.statistics.purchase_models import fit_dates

SCHEMA = pa.schema(
    [("as_of_on", pa.date32()), ("model", pa.string()), ("status", pa.string())]
    + [("is_dropout_identified", pa.bool_())]
    + [
        (name, pa.int64())
        for name in (
            "customer_count",
            "repeat_customer_count",
            "left_out_count",
            "group_count",
            "evaluation_count",
        )
    ]
    + [
        (name, pa.float64())
        for name in (
            "log_likelihood",
            "log_likelihood_gain",
            "gradient_norm",
            "frequency_amount_correlation",
        )
    ]
    + [
        (name + suffix, pa.float64())
        for name in ("r", "alpha", "a", "b", "p", "q", "v")
        for suffix in ("", "_standard_error")
    ]
)


def model(dbt, session):
    """Fit BG/NBD, NBD and Gamma-Gamma at each date; sorted rows give equal figures on every run."""
    dbt.config(materialized="table")
    minimum = dbt.ref("clv_policy").project("minimum_repeat_customers").fetchone()[0]
    purchases = dbt.ref("int_value__purchase_model_inputs").order("as_of_on, x, t_x, age_days")
    amounts = dbt.ref("int_value__order_value_model_inputs").order("as_of_on, amount_kind, x, repeat_amount")
    records = fit_dates(purchases.fetchnumpy(), amounts.fetchnumpy(), minimum)
    return pa.Table.from_pylist(records, schema=SCHEMA)
