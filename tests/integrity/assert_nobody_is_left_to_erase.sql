-- Persons who asked to be erased are gone before a build begins; `make build` takes them out (docs/erasure.md).

select
    request_key,
    count(*) as record_count
from {{ ref('int_erasure__records') }}
group by request_key
