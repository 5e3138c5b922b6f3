-- grain: one value of a field with an open vocabulary that too few customers share to be one of its words

-- Such fields take any text, and a street in the district or a name in the job level would be published. A word of the
-- field is used by several customers (policy), or is on the list of districts.

with

vocabularies as (

    select * from {{ ref('open_vocabularies') }}

),

offered as (

    {% for field in open_fields() -%}
    select
        ids.customer_id,
        '{{ field }}' as field,
        customers.{{ field }} as value
    from {{ ref('input__customers') }} as customers
    inner join {{ ref('int_customers__ids') }} as ids
        on
            customers.source_system = ids.source_system
            and customers.source_customer_id = ids.source_customer_id
    where customers.{{ field }} is not null
    {% if not loop.last %}
    union all

    {% endif %}
    {%- endfor %}

),

counted as (

    select
        field,
        value,
        count(distinct customer_id) as customer_count
    from offered
    group by field, value

),

districts as (

    select label_zh as value from {{ ref('administrative_divisions') }}
    where level = 'county'

    union

    select short_name as value from {{ ref('administrative_divisions') }}
    where
        level = 'county'
        and short_name is not null

),

final as (

    select
        counted.field,
        counted.value,
        counted.customer_count
    from counted
    inner join vocabularies
        on counted.field = vocabularies.field
    left join districts
        on case when counted.field = 'district' then counted.value end = districts.value
    where
        counted.customer_count < vocabularies.minimum_customers
        and districts.value is null

)

select * from final
