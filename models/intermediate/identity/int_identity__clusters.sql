-- grain: one customer record, with the cluster of records that are one customer

select
    cast(record_key as bigint) as record_key,
    cast(cluster_key as bigint) as cluster_key,
    cast(is_suspicious as boolean) as is_suspicious
from {{ ref('int_identity__cluster_labels') }}
