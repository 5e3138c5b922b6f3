-- grain: one festival of one year whose window has begun by the as-of date

-- Where windows overlap a day belongs to the coming festival. Yearly: the 12 months up to the last day of the
-- window. Baseline: days of those 12 months in no window. Where orders do not reach back so far share and uplift are
-- unknown. Purchases of unnamed buyers count as all others do. Gift customers are those of the as-of date.

with

as_of as (

    select as_of_on from {{ ref('int_calendar__as_of') }}

),

festival_days as (

    select * from {{ ref('int_calendar__festival_days') }}

),

gift_customers as (

    select {{ hashed_number('customer_id') }} as customer_number
    from {{ ref('int_value__customer_states') }}
    where
        is_latest
        and customer_group = 'gift'

),

days as (

    select
        orders.ordered_on,
        count(*) as order_count,
        sum(orders.net_amount) as net_amount,
        sum(case when orders.is_known_customer then 0 else orders.net_amount end) as unnamed_amount,
        sum(case when gift_customers.customer_number is not null then orders.net_amount else 0 end) as gift_amount
    from {{ ref('int_orders__as_of') }} as orders
    left join gift_customers
        on orders.customer_number = gift_customers.customer_number
    where orders.is_purchase
    group by orders.ordered_on

),

first_day as (

    select min(ordered_on) as ordered_on from days

),

windows as (

    select
        festival_days.festival,
        festival_days.festival_on,
        min(festival_days.date_on) as window_from_on,
        min(case when festival_days.phase = 'burst' then festival_days.date_on end) as burst_from_on,
        max(festival_days.date_on) as window_to_on,
        count(case when festival_days.date_on <= as_of.as_of_on then 1 end) as window_days,
        as_of.as_of_on,
        {{ months_before('max(festival_days.date_on)', 12) }} as year_from_on
    from festival_days
    cross join as_of
    group by festival_days.festival, festival_days.festival_on, as_of.as_of_on
    having
        min(festival_days.date_on) <= as_of.as_of_on
        and max(festival_days.date_on) >= (select first_day.ordered_on from first_day)

),

inside as (

    select
        festival_days.festival,
        festival_days.festival_on,
        sum(days.order_count) as order_count,
        sum(days.net_amount) as net_amount,
        sum(days.unnamed_amount) as unnamed_amount,
        {%- for phase in ['warm_up', 'burst', 'thanks'] %}
        sum(case when festival_days.phase = '{{ phase }}' then days.net_amount else 0 end) as {{ phase }}_amount,
        {%- endfor %}
        sum(days.gift_amount) as gift_amount
    from festival_days
    inner join days
        on festival_days.date_on = days.ordered_on
    group by festival_days.festival, festival_days.festival_on

),

calendar_days as (

    select
        calendar.date_on,
        festival_days.date_on is not null as is_festival,
        coalesce(days.net_amount, 0) as net_amount,
        coalesce(days.gift_amount, 0) as gift_amount
    from {{ ref('calendar') }} as calendar
    cross join as_of
    cross join first_day
    left join festival_days
        on calendar.date_on = festival_days.date_on
    left join days
        on calendar.date_on = days.ordered_on
    where
        calendar.date_on <= as_of.as_of_on
        and calendar.date_on >= first_day.ordered_on

),

years as (

    select
        windows.festival,
        windows.festival_on,
        min(calendar_days.date_on) <= {{ add_days('min(windows.year_from_on)', 1) }} as has_whole_year,
        sum(calendar_days.gift_amount) as yearly_gift_amount,
        count(case when not calendar_days.is_festival then 1 end) as baseline_days,
        sum(case when calendar_days.is_festival then 0 else calendar_days.net_amount end) as baseline_amount
    from windows
    inner join calendar_days
        on
            windows.year_from_on < calendar_days.date_on
            and windows.window_to_on >= calendar_days.date_on
    group by windows.festival, windows.festival_on

),

joined as (

    select
        windows.*,
        inside.order_count,
        inside.net_amount,
        inside.unnamed_amount,
        inside.warm_up_amount,
        inside.burst_amount,
        inside.thanks_amount,
        inside.gift_amount,
        years.yearly_gift_amount,
        years.baseline_days,
        years.baseline_amount,
        years.has_whole_year,
        cast(inside.net_amount as double) / nullif(windows.window_days, 0) as amount_per_day,
        cast(years.baseline_amount as double) / nullif(years.baseline_days, 0) as baseline_per_day
    from windows
    inner join years
        on
            windows.festival = years.festival
            and windows.festival_on = years.festival_on
    left join inside
        on
            windows.festival = inside.festival
            and windows.festival_on = inside.festival_on

),

final as (

    select
        cast(joined.festival as string) as festival,
        cast(extract(year from joined.festival_on) as integer) as festival_year,
        cast(policy.label_zh as string) as festival_zh,
        cast(policy.label_en as string) as festival_en,
        cast(joined.window_to_on <= joined.as_of_on as boolean) as is_over,
        cast(joined.has_whole_year as boolean) as has_whole_year,
        cast(joined.window_days as bigint) as window_days,
        cast(coalesce(joined.order_count, 0) as bigint) as order_count,
        cast(coalesce(joined.net_amount, 0) as decimal(18, 2)) as net_amount,
        cast(coalesce(joined.unnamed_amount, 0) as decimal(18, 2)) as unnamed_buyer_amount,
        cast(coalesce(joined.warm_up_amount, 0) as decimal(18, 2)) as warm_up_amount,
        cast(coalesce(joined.burst_amount, 0) as decimal(18, 2)) as burst_amount,
        cast(coalesce(joined.thanks_amount, 0) as decimal(18, 2)) as thanks_amount,
        cast(coalesce(joined.gift_amount, 0) as decimal(18, 2)) as gift_customer_amount,
        cast(joined.yearly_gift_amount as decimal(18, 2)) as yearly_gift_customer_amount,
        cast(
            case when joined.has_whole_year then cast(joined.gift_amount as double) end
            / nullif(joined.yearly_gift_amount, 0) as double
        ) as festival_share,
        cast(policy.reference_gift_share as double) as reference_festival_share,
        cast(joined.amount_per_day as decimal(18, 2)) as amount_per_day,
        cast(joined.baseline_days as bigint) as baseline_days,
        cast(joined.baseline_per_day as decimal(18, 2)) as baseline_per_day,
        cast(
            case when joined.has_whole_year then joined.amount_per_day / nullif(joined.baseline_per_day, 0) - 1 end
            as double
        ) as festival_uplift,
        cast(benchmarks.reference as double) as reference_uplift,
        cast(joined.festival_on as date) as festival_on,
        cast(joined.window_from_on as date) as window_from_on,
        cast(joined.burst_from_on as date) as burst_from_on,
        cast(joined.window_to_on as date) as window_to_on
    from joined
    inner join {{ ref('festival_windows') }} as policy
        on joined.festival = policy.festival
    left join {{ ref('int_marketing__references') }} as benchmarks
        on benchmarks.metric = 'festival_uplift'

)

select * from final
