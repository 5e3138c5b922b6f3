-- grain: one member of one dimension of the service marts, with its labels
{{ config(materialized='view') }}

with

final as (

    select
        case list_code
            when 'ticket_category' then 'category'
            when 'ticket_channel' then 'channel'
            else list_code
        end as dimension,
        code as member,
        label_zh,
        label_en
    from {{ ref('int_marketing__code_labels') }}
    where list_code in ('ticket_category', 'ticket_channel', 'complaint_type', 'touch_point', 'all')

    union all

    select
        'province' as dimension,
        code as member,
        label_zh,
        label_en
    from {{ ref('administrative_divisions') }}
    {%- for dimension, seed in [('customer_group', 'customer_group_labels'), ('value_tier', 'value_tiers')] %}

    union all

    select
        '{{ dimension }}' as dimension,
        {{ dimension }} as member,
        label_zh,
        label_en
    from {{ ref(seed) }}
    {%- endfor %}

)

select * from final
