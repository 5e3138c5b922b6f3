{#- Group and tier of the customers of some events in the months of these, and not of everybody: `events` names a relation
    of customer_id and month_start_on. -#}
{% macro customer_months_of(events) -%}
    select months.*
    from (
        select distinct
            customer_id,
            month_start_on
        from {{ events }}
    ) as seen
    inner join {{ ref('int_service__customer_months') }} as months
        on
            {{ hashed_number('seen.customer_id') }} = {{ hashed_number('months.customer_id') }}
            and seen.month_start_on = months.month_start_on
{%- endmacro %}
