# grain: one customer record, with the core that rules and weighed evidence put it into

import numpy as np
import pyarrow as pa

from customer360.identity.clustering import Joining, Limits, components, exclusive_codes, joined_by_weight

# j smith may be John or Jane
IS_NAMED = "given_name is not null and (surname_length > 0 or length(given_name) > 1)"
JOINING = ("link_weight", "least_mean_weight", "unscored_weight", "most_weight", "margin")


def model(dbt, session):
    """Label each record with the smallest record of its core: what the rules of stage `core` and weights hold together."""
    dbt.config(materialized="table")
    records = dbt.ref("int_identity__records")
    is_named = (
        records.project(f"record_key, {IS_NAMED} as is_named").order("record_key").fetchnumpy()["is_named"]
    )
    size = len(is_named)
    edges = dbt.ref("int_identity__core_links").fetchnumpy()
    core = components(size, edges["record_key_a"], edges["record_key_b"])
    pairs = dbt.ref("int_identity__scores").project("record_key_a, record_key_b, joining_weight").fetchnumpy()
    apart = dbt.ref("int_identity__decisions").filter("decision = 'must_not_link'").fetchnumpy()
    limits = dbt.ref("identity_limits").fetchone()
    policy = dbt.ref("identity_model").project(", ".join(JOINING)).fetchone()
    core = joined_by_weight(
        core,
        pairs["record_key_a"],
        pairs["record_key_b"],
        pairs["joining_weight"],
        np.concatenate([[False], is_named]),
        exclusive_codes(records),
        (apart["record_key_a"], apart["record_key_b"]),
        Limits(*limits),
        Joining(*policy),
    )
    return pa.table({"record_key": np.arange(1, size + 1), "core_key": core[1:]})
