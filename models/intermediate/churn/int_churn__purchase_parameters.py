# grain: one date that is scored or learnt from, with the parameters of its purchase model

import pyarrow as pa

from customer360.statistics.churn_model import fit_purchases_at

SCHEMA = pa.schema(
    [
        ("as_of_on", pa.date32()),
        ("status", pa.string()),
        ("model", pa.string()),
        ("customer_count", pa.int64()),
    ]
    + [(name, pa.float64()) for name in ("r", "alpha", "a", "b")]
)


def model(dbt, session):
    """Fit BG/NBD at each date; sorted rows give equal figures on every run.

    Without identified drop-out a and b are null: nobody is known to have left, and the formulas are NBD's. Without a fit
    of either, `model` and all parameters are null.
    """
    dbt.config(materialized="table")
    minimum = dbt.ref("clv_policy").project("minimum_repeat_customers").fetchone()[0]
    rows = dbt.ref("int_churn__features").aggregate(
        "as_of_on, purchase_days - 1 as x, first_purchase_on - last_purchase_on as back, tenure_days as age_days,"
        " count(*) as customer_count",
    )
    rows = rows.project("as_of_on, x, -back as t_x, age_days, customer_count").order(
        "as_of_on, x, t_x, age_days"
    )
    return pa.Table.from_pylist(fit_purchases_at(rows.fetchnumpy(), minimum), schema=SCHEMA)
