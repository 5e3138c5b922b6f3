-- grain: one circumstance of an order: how often such orders led to a complaint, against all others

-- Over all orders of known customers and complaints that quote their order. The interval of the ratio is that of its
-- logarithm (Katz 1978, Biometrics 34, 469-474). An association, not a cause.

{%- set circumstances = ['late_delivery', 'festival_window', 'bulk_purchase', 'gift', 'first_purchase'] %}

with

as_of as (

    select as_of_on from {{ ref('int_calendar__as_of') }}

),

policy as (

    select interval_z from {{ ref('experiment_policy') }}

),

deliveries as (

    select
        {{ hashed_number(order_key('source_system', 'source_order_id')) }} as order_number,
        bool_or(delivered_at > promised_at) as is_late
    from {{ ref('input__deliveries') }}
    where
        delivered_at is not null
        and promised_at is not null
    group by source_system, source_order_id

),

festival_days as (

    select date_on from {{ ref('int_calendar__festival_days') }}

),

orders as (

    select * from {{ ref('orders') }}
    where
        document_kind = 'sale'
        and is_sale
        and is_known_customer

),

customers as (

    select
        {{ hashed_number('customer_id') }} as customer_number,
        first_purchase_on
    from {{ ref('customers') }}

),

complaints as (

    select distinct
        customer_id,
        source_order_id
    from {{ ref('int_service__tickets') }}
    where
        is_complaint
        and source_order_id is not null
        and customer_id is not null

),

described as (

    select
        deliveries.is_late as late_delivery,
        festival_days.date_on is not null as festival_window,
        orders.is_bulk as bulk_purchase,
        orders.is_gift as gift,
        orders.ordered_on = customers.first_purchase_on as first_purchase,
        case when complaints.source_order_id is null then 0 else 1 end as has_complaint
    from orders
    inner join as_of
        on {{ not_after('orders.ordered_on', 'as_of.as_of_on') }}
    inner join customers
        on {{ hashed_number('orders.customer_id') }} = customers.customer_number
    left join deliveries
        on {{ hashed_number('orders.order_id') }} = deliveries.order_number
    left join festival_days
        on orders.ordered_on = festival_days.date_on
    left join complaints
        on
            orders.customer_id = complaints.customer_id
            and orders.source_order_id = complaints.source_order_id

),

counted as (

    {%- for circumstance in circumstances %}
    select
        '{{ circumstance }}' as circumstance,
        count(case when {{ circumstance }} then 1 end) as order_count,
        sum(case when {{ circumstance }} then has_complaint else 0 end) as complaint_count,
        count(case when not {{ circumstance }} then 1 end) as other_order_count,
        sum(case when not {{ circumstance }} then has_complaint else 0 end) as other_complaint_count
    from described
    {{ "union all" if not loop.last }}
    {%- endfor %}

),

rated as (

    select
        counted.*,
        counted.complaint_count / cast(nullif(counted.order_count, 0) as double) as complaint_rate,
        counted.other_complaint_count / cast(nullif(counted.other_order_count, 0) as double) as other_complaint_rate,
        counted.complaint_count / cast(nullif(counted.order_count, 0) as double)
        / nullif(counted.other_complaint_count / cast(nullif(counted.other_order_count, 0) as double), 0) as ratio,
        policy.interval_z * sqrt(
            1.0 / nullif(counted.complaint_count, 0) - 1.0 / nullif(counted.order_count, 0)
            + 1.0 / nullif(counted.other_complaint_count, 0) - 1.0 / nullif(counted.other_order_count, 0)
        ) as log_margin
    from counted
    cross join policy
    where counted.order_count > 0

),

final as (

    select
        cast(rated.circumstance as string) as circumstance,
        cast(labels.label_zh as string) as circumstance_zh,
        cast(labels.label_en as string) as circumstance_en,
        cast(rated.order_count as bigint) as order_count,
        cast(rated.complaint_count as bigint) as complaint_count,
        cast(rated.complaint_rate as double) as complaint_rate,
        cast(rated.other_order_count as bigint) as other_order_count,
        cast(rated.other_complaint_count as bigint) as other_complaint_count,
        cast(rated.other_complaint_rate as double) as other_complaint_rate,
        cast(rated.ratio as double) as ratio,
        cast(rated.ratio * exp(-rated.log_margin) as double) as ratio_from,
        cast(rated.ratio * exp(rated.log_margin) as double) as ratio_to
    from rated
    left join {{ ref('int_marketing__code_labels') }} as labels
        on
            labels.list_code = 'circumstance'
            and rated.circumstance = labels.code

)

select * from final
