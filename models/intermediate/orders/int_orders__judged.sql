-- grain: one order document of the input layer, joined to its customer, with its status and whether it counts

-- Of several statuses of one document the one of the highest rank stands (seed order_statuses). A cancelled order
-- counts where money went back: it was a sale until then. A return goes with the order that it names. What is held for
-- its amounts (int_orders__suspects) does not count until somebody confirms it, nor does what no rate of
-- exchange converts (int_orders__currencies). A return whose own record names nobody is of the customer of the
-- order that it names.

with

orders as (

    select * from {{ ref('int_orders__heads') }}

),

customer_ids as (

    select * from {{ ref('int_customers__ids') }}

),

words as (

    select * from {{ ref('int_orders__status_words') }}

),

statuses as (

    select * from {{ ref('order_statuses') }}

),

ranks as (

    select
        max(case when status = 'cancelled' then rank end) as cancelled_rank,
        max(case when status = 'unstated' then rank end) as unstated_rank
    from statuses

),

ranked as (

    select
        {{ order_key('orders.source_system', 'orders.source_order_id') }} as order_id,
        coalesce(customer_ids.customer_id, 'unknown') as customer_id,
        orders.source_system,
        orders.source_order_id,
        {{ order_key('orders.source_system', 'orders.original_source_order_id') }} as original_order_id,
        orders.document_kind,
        orders.channel,
        orders.platform,
        orders.store_code,
        orders.dealer_code,
        orders.purpose,
        orders.campaign_code,
        orders.province_code,
        orders.city_code,
        orders.country,
        coalesce(orders.is_gift, false) as is_gift,
        orders.document_amount,
        orders.freight_amount,
        orders.tax_amount,
        case when orders.document_kind = 'sale' then abs(orders.refunded_amount) end as refunded_amount,
        orders.original_document_amount,
        orders.original_refunded_amount,
        orders.currency,
        orders.exchange_rate,
        orders.exchange_rate_on,
        orders.currency_problem,
        orders.ordered_at,
        orders.cancelled_at,
        orders.refunded_at,
        suspects.source_order_id is not null as is_suspect,
        greatest(
            ranks.unstated_rank,
            coalesce(order_words.status_rank, ranks.unstated_rank),
            coalesce(payment_words.status_rank, ranks.unstated_rank),
            coalesce(method_words.status_rank, ranks.unstated_rank),
            case when orders.cancelled_at is not null then ranks.cancelled_rank else ranks.unstated_rank end
        ) as status_rank
    from orders
    cross join ranks
    left join customer_ids
        on
            orders.source_system = customer_ids.source_system
            and orders.source_customer_id = customer_ids.source_customer_id
    left join {{ ref('int_orders__suspects') }} as suspects
        on
            orders.source_system = suspects.source_system
            and orders.source_order_id = suspects.source_order_id
    left join words as order_words
        on
            order_words.field = 'status'
            and orders.status = order_words.source_word
    left join words as payment_words
        on
            payment_words.field = 'payment_status'
            and orders.payment_status = payment_words.source_word
    left join words as method_words
        on
            method_words.field = 'payment_method'
            and orders.payment_method = method_words.source_word

),

documents as (

    select
        ranked.*,
        statuses.status,
        statuses.is_sale as policy
    from ranked
    inner join statuses
        on ranked.status_rank = statuses.rank

),

named as (

    -- orders of which a return that counts says that they were returned
    select distinct original_order_id as order_id
    from documents
    where
        document_kind = 'return'
        and policy = 'yes'
        and original_order_id is not null

),

judged as (

    select
        documents.*,
        case when documents.document_kind = 'return' then documents.original_order_id end as returned_order_id,
        documents.document_kind = 'sale' and named.order_id is not null as is_named_by_return,
        case
            when documents.policy <> 'if_returned' then documents.policy = 'yes'
            when documents.document_kind = 'return' then false
            else named.order_id is not null or coalesce(documents.refunded_amount, 0) > 0
        end as is_sale_by_status
    from documents
    left join named
        on documents.order_id = named.order_id

),

excluded_sales as (

    select order_id
    from judged
    where
        document_kind = 'sale'
        and (is_suspect or currency_problem is not null or not is_sale_by_status)

),

known_sales as (

    select
        order_id,
        customer_id
    from judged
    where
        document_kind = 'sale'
        and customer_id <> 'unknown'

),

final as (

    select
        judged.order_id,
        case
            when judged.customer_id = 'unknown' then coalesce(known_sales.customer_id, 'unknown')
            else judged.customer_id
        end as customer_id,
        judged.source_system,
        judged.source_order_id,
        judged.original_order_id,
        judged.document_kind,
        judged.channel,
        judged.platform,
        judged.store_code,
        judged.dealer_code,
        judged.purpose,
        judged.campaign_code,
        judged.province_code,
        judged.city_code,
        judged.country,
        judged.status,
        case
            when not judged.is_sale_by_status then judged.status
            when excluded_sales.order_id is not null then 'order_excluded'
            when judged.currency_problem is not null then judged.currency_problem
            when judged.is_suspect then 'amount_scale_suspect'
        end as excluded_reason,
        judged.is_gift,
        judged.is_sale_by_status
        and excluded_sales.order_id is null
        and judged.currency_problem is null
        and not judged.is_suspect as is_sale,
        judged.is_named_by_return,
        judged.document_amount,
        judged.freight_amount,
        judged.tax_amount,
        judged.refunded_amount,
        judged.original_document_amount,
        judged.original_refunded_amount,
        judged.currency,
        judged.exchange_rate,
        judged.exchange_rate_on,
        judged.ordered_at,
        judged.cancelled_at,
        judged.refunded_at
    from judged
    left join excluded_sales
        on judged.returned_order_id = excluded_sales.order_id
    left join known_sales
        on judged.returned_order_id = known_sales.order_id

)

select * from final
