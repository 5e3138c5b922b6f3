-- grain: one landed row that describes or names a customer record

-- Entities staged by mapping (docs/bring-your-data.md) say themselves that they offer customers.
{% set tables = [
    ('app', 'users'),
    ('crm', 'companies'),
    ('crm', 'contacts'),
    ('dealer', 'sellout'),
    ('erp', 'accounts'),
    ('marketing', 'profiles'),
    ('marketplace', 'orders'),
    ('online_retail', 'order_lines'),
    ('pos', 'members'),
    ('service', 'requesters'),
    ('shop', 'users'),
    ('social', 'followers'),
] %}
{% set origins = [] %}
{% for system, entity in tables %}
{% do origins.append((system, entity, 'source_customer_id')) %}
{% endfor %}
{% for item in mapped_sources() if 'customers' in item.offers %}
{% do origins.append((item.system, item.entity, 'customers__source_customer_id')) %}
{% endfor %}

with

final as (

    {% for system, entity, key in origins -%}
    select
        cast('{{ system }}' as varchar) as source_system,
        cast({{ key }} as varchar) as source_customer_id,
        source_file,
        source_sheet,
        source_row,
        landed_on
    from {{ ref('base_' ~ system ~ '__' ~ entity) }}
    {% if not loop.last %}
    union all

    {% endif %}
    {%- endfor %}

)

select * from final
