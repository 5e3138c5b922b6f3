# grain: one customer record, with the cluster of records that are one customer

import numpy as np
import pyarrow as pa

from customer360.identity.clustering import Limits, exclusive_codes, guarded_components


def model(dbt, session):
    """Label each record with the smallest record of its customer, after a stricter look at suspicious groups."""
    dbt.config(materialized="table")
    records = dbt.ref("int_identity__records")
    size = records.count("record_key").fetchone()[0]
    links = (
        dbt.ref("int_identity__links").aggregate("record_key_a, record_key_b, min(tier) as tier").fetchnumpy()
    )
    apart = dbt.ref("int_identity__decisions").filter("decision = 'must_not_link'").fetchnumpy()
    limits = dbt.ref("identity_limits").fetchone()
    label, suspicious = guarded_components(
        size,
        links["record_key_a"],
        links["record_key_b"],
        links["tier"],
        exclusive_codes(records),
        (apart["record_key_a"], apart["record_key_b"]),
        Limits(*limits),
    )
    return pa.table(
        {"record_key": np.arange(1, size + 1), "cluster_key": label[1:], "is_suspicious": suspicious[1:]}
    )
