-- What products and channels report adds up to the orders, the spend and the messages it was made from.

with

as_of as (

    select as_of_on from {{ ref('int_calendar__as_of') }}

),

orders as (

    select
        sum(orders.gross_amount + orders.return_amount) as booked_amount,
        count(*) as document_count
    from {{ ref('orders') }} as orders
    inner join as_of
        on orders.ordered_on <= as_of.as_of_on

),

sales as (

    select
        sum(net_amount) as net_amount,
        sum(margin_amount) as margin_amount,
        sum(case when is_goods then net_amount else 0 end) as goods_amount,
        count(distinct case when is_purchase then order_number end) as purchase_count,
        count(distinct case when is_purchase then customer_number end) as buyer_count
    from {{ ref('int_products__sales') }}

),

cohorts as (

    select
        sum(cohorts.net_amount) as net_amount,
        sum(case when cohorts.months_since = 0 then cohorts.customer_count else 0 end) as customer_count
    from {{ ref('cohort_retention') }} as cohorts

),

firsts as (

    select
        customer_id,
        min(month_start_on) as first_month_on
    from {{ ref('int_value__customer_months') }}
    where order_count > 0
    group by customer_id

),

customer_months as (

    select
        sum(months.net_amount) as net_amount,
        count(distinct firsts.customer_id) as customer_count
    from {{ ref('int_value__customer_months') }} as months
    inner join firsts
        on
            months.customer_id = firsts.customer_id
            and months.month_start_on >= firsts.first_month_on

),

spend as (

    select sum(spend.amount) as amount
    from {{ ref('input__spend') }} as spend
    inner join as_of
        on spend.month_start_on <= as_of.as_of_on

),

messages as (

    select count(*) as message_count
    from {{ ref('input__campaign_contacts') }} as contacts
    inner join as_of
        on cast(contacts.sent_at as date) <= as_of.as_of_on

),

customers as (

    select count(*) as customer_count
    from {{ ref('int_value__customer_states') }}
    where is_latest

),

compared as (

    {%- set contribution = "(select sum(%s) from " ~ ref('product_contribution') ~ ")" %}
    {%- set channel = "(select sum(%s) from " ~ ref('channel_performance') ~ ")" %}
    {%- set preference = "(select sum(net_amount) from " ~ ref('product_preferences') ~ " where side = '%s')" %}
    {%- set multichannel = "(select sum(%s) from " ~ ref('multichannel_customers') ~ " where period_kind = '%s')" %}
    {%- set funnel = "(select sum(entered_count) from " ~ ref('journey_funnel')
        ~ " where cohort_kind = 'quarter' and dimension = '%s' and journey_step = '%s')" %}
    {%- set checks = [
        ('net amount of lines', 'sales.net_amount', 'orders.booked_amount'),
        ('net amount of channels', channel % 'net_amount', 'orders.booked_amount'),
        ('net amount of product lines', contribution % 'net_amount', 'orders.booked_amount'),
        ('purchases of channels', channel % 'order_count', 'sales.purchase_count'),
        ('first purchases', channel % 'new_customer_count', 'sales.buyer_count'),
        ('net amount of price bands', '(select sum(net_amount) from ' ~ ref('price_band_channels') ~ ')',
            'sales.goods_amount'),
        ('net amount of goods', '(select sum(net_amount) from ' ~ ref('customised_goods') ~ ')', 'sales.goods_amount'),
        ('net amount of aromas', preference % 'aroma', 'sales.goods_amount'),
        ('net amount of strengths', preference % 'strength', 'sales.goods_amount'),
        ('customers of cohorts', 'cohorts.customer_count', 'customer_months.customer_count'),
        ('net amount of cohorts', 'cohorts.net_amount', 'customer_months.net_amount'),
        ('spend of channels', channel % 'spend_amount', 'spend.amount'),
        ('messages by content', '(select sum(sent_count) from ' ~ ref('content_performance') ~ ')',
            'messages.message_count'),
        ('first contacts', funnel % ('all', 'awareness'), 'customers.customer_count'),
        ('first contacts by group', funnel % ('customer_group', 'awareness'), 'customers.customer_count'),
        ('first contacts by province', funnel % ('province', 'awareness'), 'customers.customer_count'),
        ('buyers of the journey', funnel % ('all', 'decision'), 'sales.buyer_count'),
        ('orders by year and by quarter', multichannel % ('order_count', 'year'),
            multichannel % ('order_count', 'quarter')),
    ] %}
    {%- for name, reported, source in checks %}
    select
        '{{ name }}' as total,
        coalesce({{ reported }}, 0) as reported,
        coalesce({{ source }}, 0) as expected
    from orders
    cross join sales
    cross join cohorts
    cross join customer_months
    cross join spend
    cross join messages
    cross join customers
    {{ "union all" if not loop.last }}
    {%- endfor %}

)

select
    total,
    reported,
    expected
from compared
where reported <> expected
