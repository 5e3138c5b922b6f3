-- grain: one order document that is held out of revenue until somebody confirms its amounts

{{ config(materialized='view') }}

with

final as (

    select
        source_system,
        source_order_id,
        'amount_scale_suspect' as excluded_reason
    from {{ ref('int_orders__scales') }}
    where handling = 'held'

)

select * from final
