-- grain: one order document (an order, or a return or cancellation)

with

documents as (

    {% for relation in ['int_orders__documents', 'int_orders__excluded'] -%}
    select
        order_id,
        customer_id,
        source_system,
        source_order_id,
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
        is_refund_date_unknown,
        is_refund_amount_unknown,
        document_amount,
        original_document_amount,
        currency,
        exchange_rate,
        exchange_rate_on,
        ordered_at,
        ordered_on
    from {{ ref(relation) }}
    {% if not loop.last %}
    union all

    {% endif %}
    {%- endfor %}

),

items as (

    select
        order_id,
        count(*) as line_count,
        sum(quantity) as quantity,
        sum(gross_amount) as gross_amount,
        sum(return_amount) as return_amount,
        sum(netted_amount) as netted_amount,
        sum(net_amount) as net_amount,
        sum(unearned_amount) as unearned_amount,
        max(netted_on) as last_netted_on
    from {{ ref('order_items') }}
    group by order_id

),

totals as (

    select * from {{ ref('int_orders__totals') }}

),

gaps as (

    select * from {{ ref('int_orders__gaps') }}

),

mended as (

    select * from {{ ref('int_orders__scales') }}
    where handling = 'mended'

),

bulk_limits as (

    select * from {{ ref('int_orders__bulk_limits') }}

),

final as (

    select
        -- keys
        cast(documents.order_id as string) as order_id,
        cast(documents.customer_id as string) as customer_id,
        cast(documents.source_system as string) as source_system,
        cast(documents.source_order_id as string) as source_order_id,

        -- attributes
        cast(documents.document_kind as string) as document_kind,
        cast(documents.channel as string) as channel,
        cast(documents.platform as string) as platform,
        cast(documents.store_code as string) as store_code,
        cast(documents.dealer_code as string) as dealer_code,
        cast(documents.purpose as string) as purpose,
        cast(documents.campaign_code as string) as campaign_code,
        cast(documents.province_code as string) as province_code,
        cast(documents.city_code as string) as city_code,
        cast(documents.country as string) as country,
        cast(documents.status as string) as status,
        cast(documents.excluded_reason as string) as excluded_reason,
        cast(gaps.gap_cause as string) as gap_cause,
        cast(documents.currency as string) as currency,

        -- flags
        documents.excluded_reason is null as is_sale,
        documents.customer_id <> 'unknown' as is_known_customer,
        documents.is_gift,
        documents.document_kind = 'sale' and coalesce(items.net_amount, 0) > 0 as is_purchase,
        documents.document_kind = 'sale' and coalesce(items.quantity > bulk_limits.quantity_limit, false) as is_bulk,
        documents.is_refund_date_unknown,
        documents.is_refund_amount_unknown,
        mended.source_order_id is not null as is_amount_mended,

        -- measures
        cast(coalesce(items.line_count, 0) as bigint) as line_count,
        cast(coalesce(items.quantity, 0) as decimal(18, 3)) as quantity,
        cast(coalesce(items.gross_amount, 0) as decimal(18, 2)) as gross_amount,
        cast(coalesce(items.return_amount, 0) as decimal(18, 2)) as return_amount,
        cast(coalesce(items.netted_amount, 0) as decimal(18, 2)) as netted_amount,
        cast(coalesce(items.net_amount, 0) as decimal(18, 2)) as net_amount,
        cast(coalesce(items.unearned_amount, 0) as decimal(18, 2)) as unearned_amount,
        cast(documents.document_amount as decimal(18, 2)) as document_amount,
        cast(documents.original_document_amount as decimal(18, 2)) as original_document_amount,
        cast(documents.exchange_rate as decimal(18, 10)) as exchange_rate,
        cast(totals.order_discount_amount as decimal(18, 2)) as order_discount_amount,
        cast(totals.freight_amount as decimal(18, 2)) as freight_amount,
        cast(totals.tax_amount as decimal(18, 2)) as tax_amount,
        cast(gaps.document_gap as decimal(18, 2)) as document_gap,

        -- dates
        cast(documents.ordered_on as date) as ordered_on,
        cast(items.last_netted_on as date) as last_netted_on,
        cast(documents.exchange_rate_on as date) as exchange_rate_on,

        -- timestamps
        cast(documents.ordered_at as timestamp) as ordered_at
    from documents
    left join items
        on documents.order_id = items.order_id
    left join totals
        on
            documents.source_system = totals.source_system
            and documents.source_order_id = totals.source_order_id
    left join gaps
        on
            documents.source_system = gaps.source_system
            and documents.source_order_id = gaps.source_order_id
    left join mended
        on
            documents.source_system = mended.source_system
            and documents.source_order_id = mended.source_order_id
    left join bulk_limits
        on documents.source_system = bulk_limits.source_system

)

select * from final
