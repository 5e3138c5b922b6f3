# grain: one term of the model of one horizon at one scored date

import pyarrow as pa

from customer360.statistics.churn_model import fit_origins

SCHEMA = pa.schema(
    [("as_of_on", pa.date32()), ("horizon_days", pa.int32()), ("term", pa.string()), ("status", pa.string())]
    + [(name, pa.float64()) for name in ("coefficient", "standard_error", "mean", "deviation")]
    + [(name, pa.int64()) for name in ("example_count", "lost_count", "origin_count")]
    + [(name, pa.date32()) for name in ("first_origin_on", "last_origin_on")]
)


def model(dbt, session):
    """Fit the logistic model of each scored date and horizon; sorted rows give equal figures on every run."""
    dbt.config(materialized="table")
    policy = dbt.ref("churn_policy").project("ridge, minimum_events").fetchone()
    training = dict(dbt.ref("churn_horizons").project("horizon_days, training_origins").fetchall())
    columns = ["horizon_days", "as_of_on", "until_on", "is_scored"]
    origins = (
        dbt.ref("int_churn__origins").project(", ".join(columns)).order("horizon_days, as_of_on").fetchall()
    )
    labelled = dbt.ref("int_churn__model_inputs").filter(
        "is_lost is not null and label_free_probability is not null"
    )
    rows = labelled.order("horizon_days, as_of_on, customer_id").fetchnumpy()
    records = fit_origins([dict(zip(columns, row, strict=True)) for row in origins], rows, training, *policy)
    return pa.Table.from_pylist(records, schema=SCHEMA)
