-- grain: one order document of the input layer, its amounts in the currency of the data set

-- What follows reads these heads and int_orders__items, and no amounts of the input layer: money is converted once.
-- A document without a rate has no amounts here.
{{ config(materialized='view') }}

with

orders as (

    select * from {{ ref('input__orders') }}

),

final as (

    select
        orders.source_system,
        orders.source_order_id,
        orders.document_kind,
        orders.source_customer_id,
        orders.original_source_order_id,
        orders.channel,
        orders.platform,
        orders.store_code,
        orders.dealer_code,
        orders.status,
        orders.payment_status,
        orders.payment_method,
        orders.purpose,
        orders.is_gift,
        campaigns.campaign_code,
        {%- for column in [
            'document_amount', 'goods_amount', 'order_discount_amount', 'freight_amount', 'tax_amount',
            'refunded_amount'
        ] %}
        case when currencies.source_order_id is null then orders.{{ column }} else converted.{{ column }} end
            as {{ column }},
        {%- endfor %}
        orders.document_amount as original_document_amount,
        orders.refunded_amount as original_refunded_amount,
        case when currencies.source_order_id is null then '{{ var("currency") }}' else currencies.currency end
            as currency,
        currencies.exchange_rate,
        currencies.exchange_rate_on,
        currencies.excluded_reason as currency_problem,
        orders.province_code,
        orders.city_code,
        orders.country,
        orders.ordered_at,
        orders.cancelled_at,
        orders.refunded_at
    from orders
    left join {{ ref('int_orders__campaigns') }} as campaigns
        on
            orders.source_system = campaigns.source_system
            and orders.source_order_id = campaigns.source_order_id
    left join {{ ref('int_orders__currencies') }} as currencies
        on
            orders.source_system = currencies.source_system
            and orders.source_order_id = currencies.source_order_id
    left join {{ ref('int_orders__converted_heads') }} as converted
        on
            orders.source_system = converted.source_system
            and orders.source_order_id = converted.source_order_id

)

select * from final
