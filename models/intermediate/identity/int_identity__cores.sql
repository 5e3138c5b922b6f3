-- grain: one customer record, with the core that the rules of stage `core` put it into

select
    cast(record_key as bigint) as record_key,
    cast(core_key as bigint) as core_key
from {{ ref('int_identity__core_labels') }}
