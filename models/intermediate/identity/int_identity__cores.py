# grain: one customer record, with the core that rules and weighed evidence put it into

import numpy as np
import pyarrow as pa

from customer360.identity.clustering import Joining, Limits, components, joined_by_weight

EXCLUSIVE = ("unionid", "id_number_hash", "credit_code")
# j smith may be John or Jane
IS_NAMED = "given_name is not null and (surname_length > 0 or length(given_name) > 1)"
JOINING = ("link_weight", "least_mean_weight", "unscored_weight", "most_weight", "margin")


def model(dbt, session):
    """Label each record with the smallest record of its core: what the rules of stage `core` and weights hold together."""
    dbt.config(materialized="table")
    codes = ", ".join(
        f"case when {name} is null then -1 else dense_rank() over (order by {name}) end as {name}"
        for name in EXCLUSIVE
    )
    records = (
        dbt.ref("int_identity__records")
        .project(f"record_key, {IS_NAMED} as is_named, {codes}")
        .order("record_key")
        .fetchnumpy()
    )
    size = len(records["record_key"])
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
        np.concatenate([[False], records["is_named"]]),
        {name: np.concatenate([[-1], records[name]]) for name in EXCLUSIVE},
        (apart["record_key_a"], apart["record_key_b"]),
        Limits(*limits),
        Joining(*policy),
    )
    return pa.table({"record_key": np.arange(1, size + 1), "core_key": core[1:]})
