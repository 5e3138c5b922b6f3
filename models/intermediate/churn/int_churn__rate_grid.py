# grain: one date that is scored or learnt from, and one node of the grid of buying rates

import pyarrow as pa

from customer360.statistics.rate_grid import fit_grids_at

SCHEMA = pa.schema(
    [("as_of_on", pa.date32()), ("node", pa.int32()), ("status", pa.string()), ("customer_count", pa.int64())]
    + [(name, pa.float64()) for name in ("rate", "share", "hazard", "log_likelihood", "log_likelihood_gain")]
)


def model(dbt, session):
    """Fit the grid of buying rates with one hazard of leaving at each date, to a sample of customers (policy)."""
    dbt.config(materialized="table")
    minimum = dbt.ref("clv_policy").project("minimum_repeat_customers").fetchone()[0]
    most, history = dbt.ref("churn_policy").project("maximum_customers, minimum_leaving_days").fetchone()
    days = dict(dbt.ref("int_churn__origins").project("as_of_on, history_days").distinct().fetchall())
    sampled = (
        dbt.ref("int_churn__features")
        .project(
            "as_of_on, purchase_days, tenure_days, first_purchase_on - last_purchase_on as back,"
            " row_number() over (partition by as_of_on order by md5(customer_id), customer_id) as draw_rank"
        )
        .filter(f"draw_rank <= {int(most)}")
    )
    rows = sampled.aggregate(
        "as_of_on, purchase_days - 1 as x, -back as t_x, tenure_days as age_days, count(*) as customer_count",
        "as_of_on, purchase_days, back, tenure_days",
    ).order("as_of_on, x, t_x, age_days")
    return pa.Table.from_pylist(fit_grids_at(rows.fetchnumpy(), days, minimum, history), schema=SCHEMA)
