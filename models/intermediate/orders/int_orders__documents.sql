-- grain: one order document that counts, joined to its customer

-- Sales and their returns. A refund that its sale's own row states is a return document of its own, <number>/refund.
-- What is not a sale is in int_orders__excluded.

with

judged as (

    select * from {{ ref('int_orders__judged') }}
    where is_sale

),

refunds as (

    select * from {{ ref('int_orders__refunds') }}
    where is_own_row

),

documents as (

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
        status = 'partially_returned'
        and document_kind = 'sale'
        and coalesce(refunded_amount, 0) = 0
        and not is_named_by_return as is_refund_amount_unknown,
        document_amount,
        freight_amount,
        tax_amount,
        original_document_amount,
        currency,
        exchange_rate,
        exchange_rate_on,
        ordered_at
    from judged

    union all

    -- a campaign belongs to the sale alone
    select
        refunds.order_id,
        sales.customer_id,
        sales.source_system,
        sales.source_order_id || '/refund' as source_order_id,
        sales.order_id as original_order_id,
        'return' as document_kind,
        sales.channel,
        sales.platform,
        sales.store_code,
        sales.dealer_code,
        sales.purpose,
        cast(null as string) as campaign_code,
        sales.province_code,
        sales.city_code,
        sales.country,
        'returned' as status,
        cast(null as string) as excluded_reason,
        sales.is_gift,
        refunds.is_date_unknown as is_refund_date_unknown,
        false as is_refund_amount_unknown,
        -coalesce(refunds.amount, sales.document_amount) as document_amount,
        cast(null as decimal(18, 2)) as freight_amount,
        cast(null as decimal(18, 2)) as tax_amount,
        -- of a refund that other documents state a part of it is unknown
        case
            when refunds.is_whole then -sales.original_document_amount
            when refunds.amount = sales.refunded_amount then -abs(sales.original_refunded_amount)
        end as original_document_amount,
        sales.currency,
        sales.exchange_rate,
        sales.exchange_rate_on,
        refunds.refunded_at as ordered_at
    from refunds
    inner join judged as sales
        on refunds.original_order_id = sales.order_id

),

final as (

    select
        *,
        cast(ordered_at as date) as ordered_on,
        -- a return without a time of day may belong to a sale of any time of its day
        case
            when document_kind = 'return' and ordered_at = date_trunc('day', ordered_at)
                then {{ end_of_day('ordered_at') }}
            else ordered_at
        end as netting_at
    from documents

)

select * from final
