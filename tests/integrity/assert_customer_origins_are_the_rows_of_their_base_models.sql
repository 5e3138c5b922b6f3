-- The places of a customer record are the rows of the base models that name it, each once.

with

counted as (

    {% for item in staged_entities() if item.customer_key -%}
    select
        '{{ item.system }}' as source_system,
        count(*) as base_rows,
        0 as origins
    from {{ ref('base_' ~ item.system ~ '__' ~ item.entity) }}

    union all

    {% endfor -%}
    select
        source_system,
        0 as base_rows,
        count(*) as origins
    from {{ ref('customer_origins') }}
    group by source_system

)

select source_system
from counted
group by source_system
having sum(base_rows) <> sum(origins)
