# grain: one customer record, with the cluster of records that are one customer

import numpy as np
import pyarrow as pa

from customer360.identity.clustering import Limits, guarded_components

EXCLUSIVE = ("unionid", "id_number_hash", "credit_code")


def model(dbt, session):
    """Label each record with the smallest record of its customer, after a stricter look at suspicious groups."""
    dbt.config(materialized="table")
    codes = ", ".join(
        f"case when {name} is null then -1 else dense_rank() over (order by {name}) end as {name}"
        for name in EXCLUSIVE
    )
    records = (
        dbt.ref("int_identity__records").project(f"record_key, {codes}").order("record_key").fetchnumpy()
    )
    size = len(records["record_key"])
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
        {name: np.concatenate([[-1], records[name]]) for name in EXCLUSIVE},
        (apart["record_key_a"], apart["record_key_b"]),
        Limits(*limits),
    )
    return pa.table(
        {"record_key": np.arange(1, size + 1), "cluster_key": label[1:], "is_suspicious": suspicious[1:]}
    )
