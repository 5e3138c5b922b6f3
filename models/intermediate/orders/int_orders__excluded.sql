-- grain: one order document that is not a sale, nor the return of one

-- Visible in the mart `orders` and on the scorecard, and read by nothing else.
{{ config(materialized='view') }}

with

final as (

    select
        order_id,
        customer_id,
        source_system,
        source_order_id,
        original_order_id,
        document_kind,
        channel,
        platform,
        store_code,
        dealer_code,
        purpose,
        campaign_code,
        province_code,
        city_code,
        country,
        status,
        excluded_reason,
        is_gift,
        false as is_refund_date_unknown,
        false as is_refund_amount_unknown,
        document_amount,
        original_document_amount,
        currency,
        exchange_rate,
        exchange_rate_on,
        ordered_at,
        cast(ordered_at as date) as ordered_on
    from {{ ref('int_orders__judged') }}
    where not is_sale

)

select * from final
