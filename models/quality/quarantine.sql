-- grain: one landed row that broke a rule of its staging model

-- Restricted: `original_row` holds what was landed, personal values included. It is never published.

with

final as (

    {% for item in staged_entities() -%}
    {{ rejected(
        ref('base_' ~ item.system ~ '__' ~ item.entity),
        delivered_rows(item),
        item.system,
        item.entity,
        item.own_sql
    ) }}
    {% if not loop.last %}
    union all

    {% endif %}
    {%- endfor %}

)

select * from final
