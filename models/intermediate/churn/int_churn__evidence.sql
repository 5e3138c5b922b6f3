-- grain: one customer and one kind of evidence of why the customer stays away, as of the latest date

-- What happened around the last purchase (policy), not around today: causes strike before the next order fails to come.
-- `value` is a number, or a share where the text of churn_evidence says so; the seed says from where on it counts.

with

policy as (

    select * from {{ ref('churn_policy') }}

),

customers as (

    select
        customers.customer_id,
        customers.as_of_on,
        customers.last_purchase_on,
        {{ add_days('customers.last_purchase_on', '-policy.evidence_before_days') }} as start_on,
        least(customers.as_of_on, {{ add_days('customers.last_purchase_on', 'policy.evidence_after_days') }}) as end_on,
        cast(date_trunc('month', least(
            customers.as_of_on, {{ add_days('customers.last_purchase_on', 'policy.context_after_days') }}
        )) as date) as month_start_on,
        profiles.province_code
    from {{ ref('int_churn__customers') }} as customers
    inner join {{ ref('int_customers__profiles') }} as profiles
        on customers.customer_id = profiles.customer_id
    cross join policy
    where customers.is_latest

),

ids as (

    select
        source_system,
        source_customer_id,
        customer_id
    from {{ ref('int_customers__ids') }}

),

said as (

    select
        customers.customer_id,
        case events.signal
            when 'complaint' then 'complaints'
            when 'comparison' then 'comparisons'
            else 'low_rating'
        end as evidence,
        cast(count(*) as double) as value
    from customers
    cross join policy
    inner join {{ ref('int_churn__events') }} as events
        on
            customers.customer_id = events.customer_id
            and customers.start_on <= events.occurred_on
            and customers.end_on >= events.occurred_on
    where
        events.signal in ('complaint', 'comparison')
        or (events.signal = 'rating' and events.amount <= policy.low_rating_to)
    group by customers.customer_id, events.signal

),

complaints as (

    select
        ids.customer_id,
        cast(tickets.created_at as date) as created_on,
        tickets.satisfaction,
        {{ seconds_from(
            "date_trunc('minute', tickets.created_at)", "date_trunc('minute', tickets.first_response_at)"
        ) }} / 3600.0 as response_hours,
        coalesce(
            {{ days_from(
                'lag(cast(tickets.created_at as date)) over (partition by ids.customer_id, tickets.complaint_type'
                ~ ' order by tickets.created_at asc, tickets.source_ticket_id asc)',
                'cast(tickets.created_at as date)'
            ) }} <= service_policy.repeat_days,
            false
        ) as is_repeated
    from {{ ref('input__tickets') }} as tickets
    inner join ids
        on
            tickets.source_system = ids.source_system
            and tickets.source_customer_id = ids.source_customer_id
    cross join {{ ref('service_policy') }} as service_policy
    where tickets.is_complaint

),

mishandled as (

    select
        customers.customer_id,
        'complaint_mishandled' as evidence,
        cast(count(*) as double) as value
    from customers
    cross join policy
    inner join complaints
        on
            customers.customer_id = complaints.customer_id
            and customers.start_on <= complaints.created_on
            and customers.end_on >= complaints.created_on
    where
        complaints.response_hours > policy.late_response_hours
        or complaints.satisfaction <= policy.low_rating_to
        or complaints.is_repeated
    group by customers.customer_id

),

lines as (

    select
        items.customer_id,
        items.ordered_on,
        items.product_id,
        items.order_id,
        items.unit_price,
        documents.dealer_code,
        channels.pricing,
        products.aroma,
        products.list_price,
        dense_rank() over (partition by items.customer_id order by items.ordered_on desc) as days_back
    from {{ ref('order_items') }} as items
    inner join {{ ref('int_orders__documents') }} as documents
        on items.order_id = documents.order_id
    left join {{ ref('sales_channels') }} as channels
        on documents.channel = channels.channel
    left join {{ ref('products') }} as products
        on items.product_id = products.product_id
    where items.gross_amount > 0

),

tastes as (

    -- the latest purchase days against those before
    select
        lines.customer_id,
        lines.aroma,
        count(case when lines.days_back > policy.taste_recent_days then 1 end) as earlier_count,
        count(case when lines.days_back <= policy.taste_recent_days then 1 end) as recent_count,
        sum(count(case when lines.days_back > policy.taste_recent_days then 1 end))
            over (partition by lines.customer_id) as earlier_total,
        sum(count(case when lines.days_back <= policy.taste_recent_days then 1 end))
            over (partition by lines.customer_id) as recent_total
    from lines
    cross join policy
    where lines.aroma is not null
    group by lines.customer_id, lines.aroma

),

taste_moved as (

    select
        tastes.customer_id,
        'taste_moved' as evidence,
        tastes.earlier_count / cast(tastes.earlier_total as double)
        - tastes.recent_count / cast(tastes.recent_total as double) as value
    from tastes
    cross join policy
    where
        tastes.earlier_total >= policy.taste_minimum_earlier
        and tastes.recent_total >= policy.taste_minimum_recent
    qualify row_number() over (partition by tastes.customer_id order by tastes.earlier_count desc, tastes.aroma asc) = 1

),

price_levels as (

    -- a line against the mean price of its article in the whole country
    select
        dealer_code,
        {{ exact_mean('ln(unit_price / mean_price)', decimals=18) }} as price_level,
        count(*) as line_count
    from (
        select
            dealer_code,
            cast(unit_price as double) as unit_price,
            {{ exact_mean("unit_price", "over (partition by product_id, date_trunc('year', ordered_on))") }}
                as mean_price
        from lines
        where
            pricing = 'dealer'
            and unit_price > 0
    ) as priced
    group by dealer_code

),

dealer_provinces as (

    select distinct
        dealer_code,
        province_code
    from {{ ref('input__dealers') }}

),

spreads as (

    select
        dealer_provinces.province_code,
        greatest(max(price_levels.price_level), 0) - min(price_levels.price_level) as spread
    from price_levels
    inner join dealer_provinces
        on price_levels.dealer_code = dealer_provinces.dealer_code
    cross join policy
    where price_levels.line_count >= policy.dealer_minimum_lines
    group by dealer_provinces.province_code

),

dealt as (

    select
        customers.customer_id,
        count(distinct lines.dealer_code) as dealer_count,
        max(
            case when lines.days_back <= policy.taste_recent_days and lines.pricing = 'dealer' then 1 else 0 end
        ) as buys_at_dealer
    from customers
    cross join policy
    inner join lines
        on
            customers.customer_id = lines.customer_id
            and {{ months_before('customers.last_purchase_on', 'policy.dealer_months') }} < lines.ordered_on
            and lines.pricing = 'dealer'
    group by customers.customer_id

),

dealers as (

    select
        customer_id,
        'dealers' as evidence,
        cast(dealer_count as double) as value
    from dealt

    union all

    select
        dealt.customer_id,
        'dealer_spread' as evidence,
        spreads.spread as value
    from dealt
    inner join customers
        on dealt.customer_id = customers.customer_id
    inner join spreads
        on customers.province_code = spreads.province_code
    where dealt.buys_at_dealer = 1

),

price_index as (

    select
        cast(date_trunc('month', ordered_on) as date) as month_start_on,
        {{ exact_mean('ln(cast(unit_price as double) / cast(list_price as double))', decimals=18) }}
            as price_level
    from lines
    where
        pricing = 'list'
        and unit_price > 0
        and list_price > 0
    group by cast(date_trunc('month', ordered_on) as date)

),

rises as (

    select
        customers.customer_id,
        'price_rise' as evidence,
        exp(later.price_level - earlier.price_level) - 1 as value
    from customers
    cross join policy
    inner join price_index as later
        on customers.month_start_on = later.month_start_on
    inner join price_index as earlier
        on {{ months_before('customers.month_start_on', 'policy.price_rise_months') }} = earlier.month_start_on

),

discounts as (

    select
        documents.customer_id,
        'discounts' as evidence,
        -- shrunk towards a prior share
        (
            count(distinct case when items.discount_amount > 0 then documents.order_id end)
            + max(policy.discount_prior_share * policy.discount_prior_orders)
        )
        / (count(distinct documents.order_id) + max(policy.discount_prior_orders)) as value
    from {{ ref('int_orders__items') }} as items
    inner join {{ ref('int_orders__documents') }} as documents
        on
            items.source_system = documents.source_system
            and items.source_order_id = documents.source_order_id
    cross join policy
    left join {{ ref('sales_channels') }} as channels
        on documents.channel = channels.channel
    where
        documents.channel is not null
        and coalesce(channels.pricing, 'list') <> 'negotiated'
    group by documents.customer_id

),

competitors as (

    select
        month_start_on,
        province_code,
        {{ exact_sum('value') }} / {{ exact_mean(exact_sum('value'), 'over (partition by month_start_on)') }} as share
    from {{ ref('input__external_indicators') }}
    where indicator = 'competitor_share'
    group by month_start_on, province_code

),

competition as (

    select
        customers.customer_id,
        'competitor_share' as evidence,
        competitors.share as value
    from customers
    inner join competitors
        on
            customers.province_code = competitors.province_code
            and customers.month_start_on = competitors.month_start_on

),

collected as (

    select * from said
    union all
    select * from mishandled
    union all
    select * from taste_moved
    union all
    select * from dealers
    union all
    select * from rises
    union all
    select * from discounts
    union all
    select * from competition

),

final as (

    select
        collected.customer_id,
        collected.evidence,
        collected.value
    from collected
    inner join customers
        on collected.customer_id = customers.customer_id

)

select * from final
