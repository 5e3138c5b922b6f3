-- grain: one segment of one kind, with its labels
{{ config(materialized='view') }}

with

final as (

    select
        'region' as segment_kind,
        code as segment,
        label_zh,
        label_en
    from {{ ref('administrative_divisions') }}

    union all

    select
        'campaign_channel' as segment_kind,
        code as segment,
        label_zh,
        label_en
    from {{ ref('int_marketing__code_labels') }}
    where list_code = 'marketing_channel'
    {%- for kind, seed in [
        ('channel', 'sales_channels'), ('customer_group', 'customer_group_labels'), ('value_tier', 'value_tiers'),
    ] %}

    union all

    select
        '{{ kind }}' as segment_kind,
        {{ kind }} as segment,
        label_zh,
        label_en
    from {{ ref(seed) }}
    {%- endfor %}

)

select * from final
