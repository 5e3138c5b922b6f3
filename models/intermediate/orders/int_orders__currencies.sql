-- grain: one order document in another currency than the data set's, with the rate that converts it

-- The latest rate on or before the day of the document (int_orders__exchange_rates). A return that names its sale, or
-- was split off it, takes the rate of the sale, for it undoes what the sale was worth. Lines may say the currency where
-- the head does not; a document of several currencies has none.

with

orders as (

    select
        source_system,
        source_order_id,
        document_kind,
        currency,
        ordered_at,
        case
            when document_kind = 'return'
                then coalesce(
                    original_source_order_id,
                    case
                        when right(source_order_id, 7) = '-return'
                            then left(source_order_id, length(source_order_id) - 7)
                    end
                )
        end as original_source_order_id
    from {{ ref('input__orders') }}

),

line_currencies as (

    select
        source_system,
        source_order_id,
        min(currency) as first_currency,
        max(currency) as last_currency
    from {{ ref('input__order_items') }}
    where currency is not null
    group by source_system, source_order_id

),

stated as (

    select
        orders.source_system,
        orders.source_order_id,
        orders.document_kind,
        orders.original_source_order_id,
        cast(orders.ordered_at as date) as ordered_on,
        coalesce(orders.currency, line_currencies.first_currency) as stated_currency,
        coalesce(
            line_currencies.first_currency <> line_currencies.last_currency
            or orders.currency <> line_currencies.first_currency,
            false
        ) as is_mixed
    from orders
    left join line_currencies
        on
            orders.source_system = line_currencies.source_system
            and orders.source_order_id = line_currencies.source_order_id

),

foreign_documents as (

    select
        source_system,
        source_order_id,
        document_kind,
        original_source_order_id,
        ordered_on,
        is_mixed,
        case when not is_mixed then stated_currency end as currency
    from stated
    where
        is_mixed
        or stated_currency <> '{{ var("currency") }}'

),

dated as (

    select
        documents.*,
        sales.source_order_id as sale_source_order_id,
        coalesce(sales.ordered_on, documents.ordered_on) as asked_on
    from foreign_documents as documents
    left join foreign_documents as sales
        on
            documents.source_system = sales.source_system
            and documents.original_source_order_id = sales.source_order_id
            and documents.currency = sales.currency
            and sales.document_kind = 'sale'

),

final as (

    select
        dated.source_system,
        dated.source_order_id,
        dated.sale_source_order_id,
        dated.currency,
        rates.rate as exchange_rate,
        rates.rate_on as exchange_rate_on,
        case
            when dated.is_mixed then 'mixed_currency'
            when rates.rate is null then 'exchange_rate_missing'
        end as excluded_reason
    from dated
    left join {{ ref('int_orders__exchange_rates') }} as rates
        on
            dated.currency = rates.currency
            and dated.asked_on between rates.rate_on and rates.last_valid_on

)

select * from final
