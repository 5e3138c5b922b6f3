# grain: one customer record, with the core that the rules of stage `core` put it into

import numpy as np
import pyarrow as pa

from customer360.identity.clustering import components


def model(dbt, session):
    """Label each record with the smallest record of its core: what the rules of stage `core` hold together."""
    dbt.config(materialized="table")
    records = dbt.ref("int_identity__records").count("record_key").fetchone()[0]
    edges = dbt.ref("int_identity__core_links").fetchnumpy()
    core = components(records, edges["record_key_a"], edges["record_key_b"])
    return pa.table({"record_key": np.arange(1, records + 1), "core_key": core[1:]})
