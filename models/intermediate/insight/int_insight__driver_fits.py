# grain: one term of the regression of one kind of customer

import pyarrow as pa

from customer360.statistics.regression import fit_segments

SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("segment", "term", "design", "status")]
    + [("is_season", pa.bool_())]
    + [
        (name, pa.float64())
        for name in ("coefficient", "standard_error", "effect", "effect_low", "effect_high", "dispersion")
    ]
    + [(name, pa.int64()) for name in ("customer_count", "month_count", "order_count")]
)


def model(dbt, session):
    """Fit purchases of each kind of customer on the drivers; sorted rows give equal figures on every run."""
    dbt.config(materialized="table")
    minimum = dbt.ref("driver_policy").project("minimum_customers").fetchone()[0]
    panel = dbt.ref("int_insight__driver_panel")
    drivers = [name.removesuffix("_driver") for name in panel.columns if name.endswith("_driver")]
    rows = panel.order("segment, customer_number, month_start_on").fetchnumpy()
    return pa.Table.from_pylist(fit_segments(rows, drivers, minimum), schema=SCHEMA)
