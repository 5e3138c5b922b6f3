-- grain: one customer, with the surviving value of each field

with

candidates as (

    select
        *,
        value_rank = 1 and not is_rare as survives
    from {{ ref('int_customers__field_values') }}

),

surviving as (

    select
        customer_id,
        {% for field, type in golden_fields() -%}
        cast(max(case when field = '{{ field }}' and survives then value end) as {{ type }}) as {{ field }},
        {% endfor -%}
        {{ joined_texts(
            "case when survives and fill_method is not null then field || '=' || fill_method end", ',', 'field'
        ) }} as filled_fields
    from candidates
    group by customer_id

),

-- one customer has one of these: two values are a conflict to look at
conflicting as (

    select
        customer_id,
        {{ joined_texts('field', ',', 'field') }} as conflicting_fields
    from (
        select
            customer_id,
            field
        from candidates
        where
            fill_method is null
            and field in ('birth_date', 'gender', 'unionid', 'credit_code', 'city_code', 'industry_code', 'founded_on')
        group by customer_id, field
        having min(value) < max(value)
    ) as fields
    group by customer_id

),

records as (

    select
        ids.customer_id,
        min(ids.customer_kind) as customer_kind,
        count(*) as record_count,
        count(distinct ids.source_system) as system_count,
        cast(min(customers.first_seen_at) as date) as first_seen_on,
        cast(max(customers.last_seen_at) as date) as last_seen_on
    from {{ ref('int_customers__ids') }} as ids
    inner join {{ ref('input__customers') }} as customers
        on
            ids.source_system = customers.source_system
            and ids.source_customer_id = customers.source_customer_id
    group by ids.customer_id

),

final as (

    select
        records.customer_id,
        records.customer_kind,
        {% for field, type in golden_fields() -%}
        surviving.{{ field }},
        {% endfor -%}
        surviving.filled_fields,
        conflicting.conflicting_fields,
        records.record_count,
        records.system_count,
        records.first_seen_on,
        records.last_seen_on
    from records
    left join surviving
        on records.customer_id = surviving.customer_id
    left join conflicting
        on records.customer_id = conflicting.customer_id

)

select * from final
