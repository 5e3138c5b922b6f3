-- grain: one drawn customer and one month strictly between the month of the first purchase and that of the last

-- The months of the first and the last purchase are left out: they hold a purchase by definition. Between the two a
-- customer is known to be one, so that nobody who has left is taken for one who does not buy.
-- Persons are not told apart as gift and personal: that is defined by when they buy, which is to be explained here; it
-- serves as `season_group`, whose months are held apart.

with

policy as (

    select * from {{ ref('driver_policy') }}

),

as_of as (

    select
        as_of_on,
        cast(date_trunc('month', {{ add_days('as_of_on', 1) }}) as date) as complete_before_on
    from {{ ref('int_calendar__as_of') }}

),

bought as (

    select
        customer_id,
        month_start_on,
        order_count
    from {{ ref('int_value__customer_months') }}
    where order_count > 0

),

spans as (

    select
        customer_id,
        min(month_start_on) as first_month_on,
        max(month_start_on) as last_month_on,
        row_number() over (order by md5(customer_id) asc, customer_id asc) as draw_rank
    from bought
    group by customer_id
    having max(month_start_on) > {{ months_before('min(month_start_on)', -2) }}

),

customers as (

    select
        spans.customer_id,
        spans.draw_rank as customer_number,
        spans.first_month_on,
        spans.last_month_on,
        case when profiles.customer_kind = 'organisation' then 'business' else 'person' end as segment,
        states.customer_group as season_group,
        profiles.province_code
    from spans
    inner join policy
        on spans.draw_rank <= policy.maximum_customers
    inner join {{ ref('int_customers__profiles') }} as profiles
        on spans.customer_id = profiles.customer_id
    inner join {{ ref('int_value__customer_states') }} as states
        on
            spans.customer_id = states.customer_id
            and states.is_latest

),

months as (

    select
        seen.month_start_on,
        {{ months_before('seen.month_start_on', -1) }} as next_month_on,
        cast(extract(month from seen.month_start_on) as integer) as month_of_year,
        {{ days_from('seen.month_start_on', months_before('seen.month_start_on', -1)) }} as day_count,
        -- quarters are counted back from the last complete month
        cast(floor((
            (extract(year from as_of.complete_before_on) - extract(year from seen.month_start_on)) * 12
            + extract(month from as_of.complete_before_on) - extract(month from seen.month_start_on) - 1
        ) / policy.visit_months) as integer) as quarter_back
    from (select distinct month_start_on from bought) as seen
    cross join as_of
    cross join policy

),

festivals as (

    select
        cast(date_trunc('month', date_on) as date) as month_start_on,
        count(*) as festival_day_count
    from {{ ref('int_calendar__festival_days') }}
    where day_number <= 0
    group by cast(date_trunc('month', date_on) as date)

),

-- mean distance of prices from the article's own mean in its channel: which articles sell does not move it
article_prices as (

    select
        month_start_on,
        ln(cast(unit_price as double))
        - avg(cast(ln(cast(unit_price as double)) as decimal(18, 12))) over (partition by product_id, channel)
            as price_distance
    from {{ ref('int_products__sales') }}
    where
        gross_amount > 0
        and unit_price > 0
        and is_goods

),

prices as (

    select
        month_start_on,
        cast(avg(cast(price_distance as decimal(18, 9))) as double) as price
    from article_prices
    group by month_start_on

),

members as (

    select
        organisation_id,
        customer_id
    from {{ ref('organisation_members') }}

),

-- what is done to the people of a company is done to the company
reached as (

    select
        customer_id as reached_id,
        customer_id
    from customers

    union all

    select
        members.organisation_id as reached_id,
        members.customer_id
    from members
    inner join customers
        on members.organisation_id = customers.customer_id

),

contacts as (

    select
        reached.reached_id as customer_id,
        interactions.interaction_type,
        cast(date_trunc('month', interactions.occurred_at) as date) as month_start_on
    from {{ ref('int_journey__interactions') }} as interactions
    inner join reached
        on interactions.customer_number = {{ hashed_number('reached.customer_id') }}
    where
        interactions.family = 'offline'
        and interactions.interaction_type in ('visit', 'tasting')

),

visits as (

    select distinct
        contacts.customer_id,
        months.quarter_back
    from contacts
    inner join months
        on contacts.month_start_on = months.month_start_on
    where contacts.interaction_type = 'visit'

),

tastings as (

    select distinct
        contacts.customer_id,
        months.month_start_on
    from contacts
    cross join policy
    inner join months
        on
            contacts.month_start_on < months.month_start_on
            and contacts.month_start_on >= {{ months_before('months.month_start_on', 'policy.tasting_months') }}
    where contacts.interaction_type = 'tasting'

),

-- Who is in a campaign's target group counts with the share of the campaign's days in the month, whether written to or
-- held out: the message is told from having been chosen.
campaigns as (

    select
        campaigns.source_system,
        campaigns.campaign_code,
        coalesce(campaigns.content_type, '') = 'promotion' as is_promotion,
        months.month_start_on,
        {{ days_from('greatest(campaigns.started_on, months.month_start_on)',
                     'least(' ~ add_days('campaigns.ended_on', 1) ~ ', months.next_month_on)') }}
        / cast({{ days_from('campaigns.started_on', add_days('campaigns.ended_on', 1)) }} as double) as month_share
    from {{ ref('input__campaigns') }} as campaigns
    inner join months
        on
            campaigns.started_on < months.next_month_on
            and campaigns.ended_on >= months.month_start_on

),

exposed as (

    select
        reached.reached_id as customer_id,
        campaigns.month_start_on,
        sum(cast(campaigns.month_share as decimal(18, 9))) as in_target_group,
        sum(cast(
            case when contacts.sent_at is not null and campaigns.is_promotion then campaigns.month_share else 0 end
            as decimal(18, 9)
        )) as promotion_message,
        sum(cast(
            case when contacts.sent_at is not null and not campaigns.is_promotion then campaigns.month_share else 0 end
            as decimal(18, 9)
        )) as other_message
    from {{ ref('input__campaign_contacts') }} as contacts
    inner join campaigns
        on
            contacts.source_system = campaigns.source_system
            and contacts.campaign_code = campaigns.campaign_code
    inner join {{ ref('int_customers__ids') }} as ids
        on
            contacts.source_system = ids.source_system
            and contacts.source_customer_id = ids.source_customer_id
    inner join reached
        on ids.customer_id = reached.customer_id
    group by reached.reached_id, campaigns.month_start_on

),

complaints as (

    select distinct
        reached.reached_id as customer_id,
        months.month_start_on
    from {{ ref('input__tickets') }} as tickets
    cross join policy
    inner join {{ ref('int_customers__ids') }} as ids
        on
            tickets.source_system = ids.source_system
            and tickets.source_customer_id = ids.source_customer_id
    inner join reached
        on ids.customer_id = reached.customer_id
    inner join months
        on
            cast(date_trunc('month', tickets.created_at) as date) <= months.month_start_on
            and cast(date_trunc('month', tickets.created_at) as date)
            > {{ months_before('months.month_start_on', 'policy.complaint_months') }}
    where tickets.is_complaint

),

indicators as (

    select
        month_start_on,
        province_code,
        avg(case when indicator = 'competitor_share' then cast(value as decimal(38, 9)) end) / 10 as competitor_share,
        ln(avg(case when indicator = 'competitor_price' and value > 0 then cast(value as decimal(38, 9)) end))
            as competitor_price,
        avg(case when indicator = 'market' then cast(value as decimal(38, 9)) end) / 10 as market
    from {{ ref('input__external_indicators') }}
    where indicator in ('competitor_share', 'competitor_price', 'market')
    group by month_start_on, province_code

),

-- who lives where nothing is observed sees the mean of the country
country as (

    select
        month_start_on,
        avg(cast(competitor_share as decimal(18, 12))) as competitor_share,
        avg(cast(competitor_price as decimal(18, 12))) as competitor_price,
        avg(cast(market as decimal(18, 12))) as market
    from indicators
    group by month_start_on

),

final as (

    select
        customers.customer_id,
        customers.customer_number,
        customers.segment,
        customers.season_group,
        months.month_start_on,
        months.month_of_year,
        months.day_count as exposure_days,
        coalesce(bought.order_count, 0) as order_count,
        case when visits.customer_id is null then 0.0 else 1.0 end as visited_quarter_driver,
        case when tastings.customer_id is null then 0.0 else 1.0 end as tasting_6m_driver,
        coalesce(cast(exposed.promotion_message as double), 0.0) as promotion_message_driver,
        coalesce(cast(exposed.other_message as double), 0.0) as other_message_driver,
        -- after the messages: without a held-out group it is their sum and falls out
        coalesce(cast(exposed.in_target_group as double), 0.0) as in_target_group_driver,
        coalesce(festivals.festival_day_count, 0) / cast(months.day_count as double) as festival_days_driver,
        coalesce(prices.price, 0.0) as price_driver,
        {%- for indicator in ['competitor_share', 'competitor_price', 'market'] %}
        coalesce(indicators.{{ indicator }}, country.{{ indicator }}, 0.0) as {{ indicator }}_driver,
        {%- endfor %}
        case when complaints.customer_id is null then 0.0 else 1.0 end as complaint_3m_driver
    from customers
    inner join months
        on
            customers.first_month_on < months.month_start_on
            and customers.last_month_on > months.month_start_on
    left join bought
        on
            customers.customer_id = bought.customer_id
            and months.month_start_on = bought.month_start_on
    left join visits
        on
            customers.customer_id = visits.customer_id
            and months.quarter_back = visits.quarter_back
    left join tastings
        on
            customers.customer_id = tastings.customer_id
            and months.month_start_on = tastings.month_start_on
    left join exposed
        on
            customers.customer_id = exposed.customer_id
            and months.month_start_on = exposed.month_start_on
    left join complaints
        on
            customers.customer_id = complaints.customer_id
            and months.month_start_on = complaints.month_start_on
    left join festivals
        on months.month_start_on = festivals.month_start_on
    left join prices
        on months.month_start_on = prices.month_start_on
    left join indicators
        on
            customers.province_code = indicators.province_code
            and months.month_start_on = indicators.month_start_on
    left join country
        on months.month_start_on = country.month_start_on

)

select * from final
