-- grain: one value that one customer record offers for one field of its customer

-- Every candidate stays, ranked by the survivorship policy: a complete name before a part of one, a trusted source
-- before others, then the newest, then the longest. Values that were filled in come last and say so, behind
-- them codes that no list knows. A value that is no word of its field survives nowhere.

with

records as (

    select
        ids.customer_id,
        ids.record_id,
        ids.record_key,
        names.name_key is null as is_part_of_name,
        customers.*
    from {{ ref('input__customers') }} as customers
    inner join {{ ref('int_customers__ids') }} as ids
        on
            customers.source_system = ids.source_system
            and customers.source_customer_id = ids.source_customer_id
    left join {{ ref('int_identity__records') }} as names
        on ids.record_key = names.record_key

),

offered as (

    {% for field, type in golden_fields() -%}
    select
        customer_id,
        record_id,
        record_key,
        source_system,
        last_seen_at,
        '{{ field }}' as field,
        {{ 'is_part_of_name' if field == 'name' else 'false' }} as is_part_of_name,
        cast({{ field }} as string) as value,
        cast(null as string) as fill_method
    from records
    where {{ field }} is not null
    {% if not loop.last %}
    union all

    {% endif %}
    {%- endfor %}

    union all

    select
        records.customer_id,
        records.record_id,
        records.record_key,
        records.source_system,
        records.last_seen_at,
        gaps.field,
        gaps.field = 'name' and records.is_part_of_name as is_part_of_name,
        gaps.filled_value as value,
        gaps.fill_method
    from {{ ref('int_customers__field_gaps') }} as gaps
    inner join records
        on
            gaps.source_system = records.source_system
            and gaps.source_customer_id = records.source_customer_id
    where gaps.filled_value is not null

),

policy as (

    select * from {{ ref('survivorship') }}

),

judged as (

    select
        offered.*,
        coalesce(own.priority, general.priority, 100) as priority,
        rare.value is not null as is_rare
    from offered
    left join policy as own
        on
            offered.field = own.field
            and offered.source_system = own.source_system
    left join policy as general
        on
            general.field = '*'
            and offered.source_system = general.source_system
    left join {{ ref('int_customers__rare_words') }} as rare
        on
            offered.field = rare.field
            and offered.value = rare.value

),

final as (

    select
        customer_id,
        field,
        value,
        record_id,
        source_system,
        priority,
        last_seen_at,
        fill_method,
        is_rare,
        row_number() over (
            partition by customer_id, field
            order by
                is_rare asc,
                case when value = 'unmapped' then 1 else 0 end asc,
                case when fill_method is null then 0 when fill_method = 'correction' then 1 else 2 end asc,
                is_part_of_name asc,
                priority asc,
                last_seen_at desc nulls last,
                length(value) desc,
                record_id asc
        ) as value_rank
    from judged

)

select * from final
