-- grain: one marketplace order

with

sales as (

    {{ accepted(ref('base_marketplace__orders')) }}

),

final as (

    select
        *,
        'sale' as document_kind,
        'marketplace' as channel
    from sales

)

select * from final
