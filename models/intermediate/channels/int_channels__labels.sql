-- grain: one channel, or code that is reported in place of a channel

with

final as (

    select
        channel,
        label_zh,
        label_en
    from {{ ref('sales_channels') }}

    union all

    select
        code as channel,
        label_zh,
        label_en
    from {{ ref('marketing_labels') }}
    where list_code = 'channel'

)

select * from final
