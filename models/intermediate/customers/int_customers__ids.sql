-- grain: one customer record of a source system, with the customer it belongs to

with

customers as (

    select * from {{ ref('input__customers') }}

),

final as (

    select
        source_system,
        source_customer_id,
        -- a record's key may be personal (a dealer's customer is name and telephone): marts carry a keyed hash of it
        {% if var('personal_data') == 'none' -%}
        source_system || ':' || source_customer_id
        {%- else -%}
        source_system || ':' || left({{ keyed_hash("source_system || '|' || source_customer_id") }}, 24)
        {%- endif %} as customer_id
    from customers

)

select * from final
