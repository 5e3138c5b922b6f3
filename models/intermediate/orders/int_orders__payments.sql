-- grain: one payment of the input layer, its amount in the currency of the data set

-- A payment in the currency of its document takes the document's rate, and one of its whole total is worth the total;
-- any other takes the rate of its own day. One without a rate has no amount here.
{{ config(materialized='view') }}

with

payments as (

    select
        *,
        coalesce(currency, '{{ var("currency") }}') as payment_currency
    from {{ ref('input__payments') }}

),

final as (

    select
        payments.source_system,
        payments.source_payment_id,
        payments.source_order_id,
        payments.status,
        payments.amount as original_amount,
        cast(case
            when payments.payment_currency = '{{ var("currency") }}' then payments.amount
            when payments.amount = heads.original_amount then heads.document_amount
            when currencies.exchange_rate is not null
                then {{ at_rate('payments.amount', 'currencies.exchange_rate') }}
            else {{ at_rate('payments.amount', 'rates.rate') }}
        end as decimal(18, 2)) as amount
    from payments
    left join {{ ref('int_orders__currencies') }} as currencies
        on
            payments.source_system = currencies.source_system
            and payments.source_order_id = currencies.source_order_id
            and payments.payment_currency = currencies.currency
    left join {{ ref('int_orders__converted_heads') }} as heads
        on
            currencies.source_system = heads.source_system
            and currencies.source_order_id = heads.source_order_id
    left join {{ ref('int_orders__exchange_rates') }} as rates
        on
            payments.payment_currency = rates.currency
            and cast(payments.paid_at as date) between rates.rate_on and rates.last_valid_on

)

select * from final
