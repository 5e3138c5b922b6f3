# grain: one number of groups tried, one group of it (0: none chosen) and one feature

import pyarrow as pa

from customer360.statistics.clusters import find_clusters

SCHEMA = pa.schema(
    [
        ("group_count", pa.int64()),
        ("is_chosen", pa.bool_()),
        ("cluster_number", pa.int64()),
        ("feature", pa.string()),
    ]
    + [
        (name, pa.float64())
        for name in ("stability", "inertia", "feature_mean", "feature_deviation", "centroid")
    ]
    + [("customer_count", pa.int64())]
)


def model(dbt, session):
    """Find the groups of the drawn customers; sorted rows give equal groups on every run."""
    dbt.config(materialized="table")
    policy = dbt.ref("cluster_policy")
    low, high = policy.project("minimum_clusters, maximum_clusters").fetchone()
    settings = policy.project("repeats, subsample_share, limit_deviations, minimum_customers").fetchone()
    drawn = dbt.ref("int_insight__cluster_values").filter("is_drawn")
    features = [row[0] for row in drawn.aggregate("feature, min(feature_rank) as r").order("r").fetchall()]
    values = drawn.order("draw_rank, feature_rank").fetchnumpy()["feature_value"].astype(float)
    found = find_clusters(values.reshape(-1, max(len(features), 1)), range(low, high + 1), *settings)
    if found is None:
        return SCHEMA.empty_table()
    rows = [
        {"group_count": k, "is_chosen": False, "cluster_number": 0, "feature": "", "stability": s,
         "inertia": found.inertia[k], "customer_count": int(found.sizes.sum())}
        for k, s in found.stability.items()
    ]  # fmt: skip
    chosen = len(found.centroids)
    used = [f for f, d in zip(features, found.deviations, strict=True) if d == d]
    for number, (centroid, size) in enumerate(zip(found.centroids, found.sizes, strict=True), start=1):
        for feature, mean, deviation in zip(features, found.means, found.deviations, strict=True):
            is_used = feature in used
            rows.append(
                {"group_count": chosen, "is_chosen": True, "cluster_number": number, "feature": feature,
                 "stability": found.stability[chosen], "inertia": found.inertia[chosen],
                 "feature_mean": float(mean), "feature_deviation": float(deviation) if is_used else None,
                 "centroid": float(centroid[used.index(feature)]) if is_used else None,
                 "customer_count": int(size)}
            )  # fmt: skip
    return pa.Table.from_pylist(rows, schema=SCHEMA)
