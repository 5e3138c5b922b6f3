-- Every line that was quarantined as an error and names its document is one that the document has lost.

with

counted as (

    {% for item in staged_entities() if item.order_key -%}
    select
        '{{ item.system }}' as source_system,
        count(*) as line_count
    from {{ ref('base_' ~ item.system ~ '__' ~ item.entity) }} as base
    inner join {{ ref('quarantine_reasons') }} as reasons
        on {{ list_first('base.broken_rules') }} = reasons.reason_code
    where
        reasons.counts_as_error
        and base.{{ item.order_key }} is not null

    union all

    {% endfor -%}
    select
        source_system,
        -sum(lost_line_count) as line_count
    from {{ ref('int_orders__lost_lines') }}
    group by source_system

)

select source_system
from counted
group by source_system
having sum(line_count) <> 0
