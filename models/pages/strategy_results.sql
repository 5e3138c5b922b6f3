-- grain: one strategy in one week, month or quarter, the one that runs or comes next with it

-- Whose strategy it was at the last date before the period that states are known of (of the period that is not over: at
-- the latest date), and what those customers did in it: messages by the day of sending, conversions by the day of the
-- order that a campaign is given credit for. What is expected is the conversion of the periods before (as many months
-- as the policy says) on this list. Attributed is not caused.

with

periods as (

    select * from {{ ref('int_management__report_periods') }}

),

members as (

    select * from {{ ref('int_management__strategy_members') }}

),

known_dates as (

    select distinct as_of_on from members

),

dates as (

    select
        periods.period_kind,
        periods.period_start_on,
        max(known_dates.as_of_on) as as_of_on
    from periods
    inner join known_dates
        on
            periods.period_start_on > known_dates.as_of_on
            or not periods.is_over
    group by periods.period_kind, periods.period_start_on

),

dated as (

    select
        periods.*,
        dates.as_of_on as listed_on
    from periods
    inner join dates
        on
            periods.period_kind = dates.period_kind
            and periods.period_start_on = dates.period_start_on

),

-- a day belongs to a week, a month and a quarter: by the day, nothing is compared with the bounds of every period
days as (

    select
        dated.period_kind,
        dated.period_start_on,
        dated.listed_on,
        {{ each_day('dated.period_start_on', 'dated.period_end_on') }} as date_on
    from dated

),

counted as (

    select
        as_of_on,
        strategy,
        count(*) as customer_count
    from members
    group by as_of_on, strategy

),

-- a message to a member is one to the organisation
messages as (

    select
        {{ hashed_number('representatives.customer_id') }} as customer_number,
        cast(contacts.sent_at as date) as sent_on,
        sum(contacts.touch_count) as touch_count
    from {{ ref('int_marketing__contacts') }} as contacts
    inner join {{ ref('int_marketing__representatives') }} as representatives
        on contacts.customer_id = representatives.contact_id
    where contacts.sent_at is not null
    group by {{ hashed_number('representatives.customer_id') }}, cast(contacts.sent_at as date)

),

contacted as (

    select
        days.period_kind,
        days.period_start_on,
        members.strategy,
        count(distinct messages.customer_number) as contacted_count,
        sum(messages.touch_count) as sent_count
    from messages
    inner join days
        on messages.sent_on = days.date_on
    inner join members
        on
            days.listed_on = members.as_of_on
            and messages.customer_number = members.customer_number
    group by days.period_kind, days.period_start_on, members.strategy

),

converted as (

    select
        days.period_kind,
        days.period_start_on,
        members.strategy,
        count(distinct attributions.customer_id) as converted_count,
        count(*) as attributed_order_count,
        sum(attributions.net_amount) as attributed_revenue
    from {{ ref('int_marketing__attributions') }} as attributions
    inner join days
        on attributions.ordered_on = days.date_on
    inner join members
        on
            days.listed_on = members.as_of_on
            and {{ hashed_number('attributions.customer_id') }} = members.customer_number
    group by days.period_kind, days.period_start_on, members.strategy

),

-- without campaigns nothing is known of contacts, which is not that there were none
known as (

    select count(*) > 0 as has_contacts from {{ ref('int_marketing__contacts') }}

),

bought as (

    select
        days.period_kind,
        days.period_start_on,
        members.strategy,
        count(distinct sales.customer_number) as buyer_count,
        sum(sales.net_amount) as revenue
    from {{ ref('int_orders__as_of') }} as sales
    inner join days
        on sales.ordered_on = days.date_on
    inner join members
        on
            days.listed_on = members.as_of_on
            and sales.customer_number = members.customer_number
    where sales.is_purchase
    group by days.period_kind, days.period_start_on, members.strategy

),

measured as (

    select
        dated.*,
        strategies.strategy,
        strategies.priority,
        coalesce(counted.customer_count, 0) as customer_count,
        {%- for column in ['contacted_count', 'sent_count'] %}
        case when dated.is_over and known.has_contacts then coalesce(contacted.{{ column }}, 0) end as {{ column }},
        {%- endfor %}
        {%- for column in ['converted_count', 'attributed_order_count', 'attributed_revenue'] %}
        case when dated.is_over and known.has_contacts then coalesce(converted.{{ column }}, 0) end as {{ column }},
        {%- endfor %}
        case when dated.is_over then coalesce(bought.buyer_count, 0) end as buyer_count,
        case when dated.is_over then coalesce(bought.revenue, 0) end as revenue
    from dated
    cross join known
    cross join {{ ref('strategies') }} as strategies
    left join counted
        on
            dated.listed_on = counted.as_of_on
            and strategies.strategy = counted.strategy
    {%- for figures in ['contacted', 'converted', 'bought'] %}
    left join {{ figures }}
        on
            dated.period_kind = {{ figures }}.period_kind
            and dated.period_start_on = {{ figures }}.period_start_on
            and strategies.strategy = {{ figures }}.strategy
    {%- endfor %}

),

expected as (

    select
        later.period_kind,
        later.period_start_on,
        later.strategy,
        sum(earlier.converted_count) / cast(nullif(sum(earlier.customer_count), 0) as double) as expected_rate
    from measured as later
    cross join {{ ref('report_policy') }} as policy
    inner join measured as earlier
        on
            later.period_kind = earlier.period_kind
            and later.strategy = earlier.strategy
            and later.period_start_on > earlier.period_start_on
            and {{ months_before('later.period_start_on', 'policy.strategy_history_months') }}
            <= earlier.period_start_on
            and earlier.is_over
    group by later.period_kind, later.period_start_on, later.strategy

),

final as (

    select
        cast(measured.period_kind as string) as period_kind,
        cast(measured.period as string) as period,
        cast(measured.strategy as string) as strategy,
        cast(strategies.label_zh as string) as strategy_zh,
        cast(strategies.label_en as string) as strategy_en,
        cast(measured.priority as integer) as priority,
        cast(strategies.owner as string) as owner,
        cast(coalesce(owners.label_zh, strategies.owner) as string) as owner_zh,
        cast(coalesce(owners.label_en, strategies.owner) as string) as owner_en,
        cast(strategies.action_zh as string) as action_zh,
        cast(strategies.action_en as string) as action_en,
        cast(measured.is_over as boolean) as is_over,
        cast(measured.customer_count as bigint) as customer_count,
        cast(measured.contacted_count as bigint) as contacted_count,
        cast(measured.sent_count as bigint) as sent_count,
        cast(measured.converted_count as bigint) as converted_count,
        cast(measured.converted_count / cast(nullif(measured.customer_count, 0) as double) as double)
            as conversion_rate,
        cast(measured.attributed_order_count as bigint) as attributed_order_count,
        cast(measured.attributed_revenue as decimal(18, 2)) as attributed_revenue,
        cast(measured.buyer_count as bigint) as buyer_count,
        cast(measured.revenue as decimal(18, 2)) as revenue,
        cast(expected.expected_rate as double) as expected_rate,
        cast(expected.expected_rate * measured.customer_count as double) as expected_converted_count,
        cast(measured.listed_on as date) as listed_on,
        cast(measured.period_start_on as date) as period_start_on,
        cast(measured.period_end_on as date) as period_end_on
    from measured
    inner join {{ ref('strategies') }} as strategies
        on measured.strategy = strategies.strategy
    left join expected
        on
            measured.period_kind = expected.period_kind
            and measured.period_start_on = expected.period_start_on
            and measured.strategy = expected.strategy
    left join {{ ref('report_owners') }} as owners
        on strategies.owner = owners.owner

)

select * from final
