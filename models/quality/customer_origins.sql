-- grain: one landed row that describes or names a customer record

with

final as (

    {% for item in staged_entities() if item.customer_key -%}
    select
        cast('{{ item.system }}' as string) as source_system,
        cast({{ item.customer_key }} as string) as source_customer_id,
        source_file,
        source_sheet,
        source_row,
        landed_on
    from {{ ref('base_' ~ item.system ~ '__' ~ item.entity) }}
    {% if not loop.last %}
    union all

    {% endif %}
    {%- endfor %}

)

select * from final
