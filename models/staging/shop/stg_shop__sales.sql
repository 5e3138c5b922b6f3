-- grain: one shop order

with

sales as (

    {{ accepted(ref('base_shop__orders')) }}

),

final as (

    select
        *,
        'sale' as document_kind,
        -- app and mini_program are channels of their own; whatever else the shop calls itself is the web shop
        case when platform in ('app', 'mini_program') then platform else 'web_shop' end as channel
    from sales

)

select * from final
