-- grain: one order document of which a line was quarantined as an error

with

rejected as (

    {% for item in staged_entities() if item.order_key -%}
    select
        '{{ item.system }}' as source_system,
        cast({{ item.order_key }} as string) as source_order_id,
        {{ list_first('broken_rules') }} as reason_code
    from {{ ref('base_' ~ item.system ~ '__' ~ item.entity) }}
    where
        {{ item.order_key }} is not null
        and not {{ list_is_empty('broken_rules') }}
    {% if not loop.last %}
    union all

    {% endif %}
    {%- else -%}
    select
        cast(null as string) as source_system,
        cast(null as string) as source_order_id,
        cast(null as string) as reason_code
    where false
    {%- endfor %}

),

final as (

    -- copies, older states and rows of totals are no lines that are missing
    select
        rejected.source_system,
        rejected.source_order_id,
        count(*) as lost_line_count
    from rejected
    inner join {{ ref('quarantine_reasons') }} as reasons
        on rejected.reason_code = reasons.reason_code
    where reasons.counts_as_error
    group by rejected.source_system, rejected.source_order_id

)

select * from final
