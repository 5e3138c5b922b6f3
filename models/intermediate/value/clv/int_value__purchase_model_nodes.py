# grain: one node of the sum over drop-out, for one number of repeat purchases and range of ages at an as-of date

import pyarrow as pa

from customer360.statistics.purchase_models import expectation_nodes

SCHEMA = pa.schema(
    [
        ("as_of_on", pa.date32()),
        ("x", pa.int64()),
        ("from_age", pa.int64()),
        ("until_age", pa.int64()),
        ("node", pa.int64()),
        ("share", pa.float64()),
        ("weight", pa.float64()),
    ]
)


def model(dbt, session):
    """Nodes for every x that occurs, at the dates whose BG/NBD scores; a date without drop-out has none."""
    dbt.config(materialized="table")
    models = dbt.ref("int_value__purchase_models").filter("model = 'bg_nbd' and is_scoring")
    inputs = dbt.ref("int_value__purchase_model_inputs")
    horizons = dbt.ref("int_value__purchase_horizons").aggregate("as_of_on, max(horizon_days)")
    horizon = dict(horizons.fetchall())
    batches = []
    for as_of_on, r, alpha, a, b in models.project("as_of_on, r, alpha, a, b").order("as_of_on").fetchall():
        x = inputs.filter(f"as_of_on = date '{as_of_on}'").aggregate("x").fetchnumpy()["x"]
        nodes = expectation_nodes(r, alpha, a, b, x, horizon[as_of_on])
        batches.append(pa.table({"as_of_on": [as_of_on] * len(nodes["x"]), **nodes}).cast(SCHEMA))
    return pa.concat_tables(batches) if batches else SCHEMA.empty_table()
