-- Of a masked value nothing is left but its shape.

select
    source_system,
    entity,
    reason_code
from {{ ref('quarantine_examples') }}
where
    {{ regexp_like("row_masked", ': [^;]*([0-8]|[\\p{Han}])') }}
