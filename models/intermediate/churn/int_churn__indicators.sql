-- grain: one customer and one indicator of the group, as of the latest date or an origin of the alert horizon

-- The recent window against the customer's own: the mean of as many days in the months before it, gift buying the same
-- festival of the year before, intervals the customer's own gaps. `change` is relative and runs towards the worse. A
-- baseline that begins with the first purchase counts those after it: six purchases have five intervals. What nobody
-- delivers is judged of nobody.

with

customers as (

    select * from {{ ref('int_churn__customers') }}

),

windows as (

    select
        windows.*,
        row_number() over (order by windows.customer_group asc, windows.indicator asc) as window_key,
        indicators.signal,
        indicators.measure,
        indicators.direction
    from {{ ref('churn_indicator_windows') }} as windows
    inner join {{ ref('churn_indicators') }} as indicators
        on windows.indicator = indicators.indicator

),

dates as (

    select distinct as_of_on from customers

),

festivals as (

    select
        festival,
        festival_on,
        min(date_on) as start_on,
        max(date_on) as end_on,
        lag(min(date_on)) over (partition by festival order by festival_on asc) as earlier_start_on,
        lag(max(date_on)) over (partition by festival order by festival_on asc) as earlier_end_on
    from {{ ref('int_calendar__festival_days') }}
    group by festival, festival_on

),

last_festivals as (

    -- the latest window that is over
    select
        dates.as_of_on,
        festivals.*
    from dates
    inner join festivals
        on dates.as_of_on >= festivals.end_on
    qualify row_number() over (
        partition by dates.as_of_on order by festivals.end_on desc, festivals.festival asc
    ) = 1

),

spans as (

    -- from the day after the first date to the second
    select
        dates.as_of_on,
        windows.customer_group,
        windows.window_key,
        windows.signal,
        case
            when windows.baseline = 'same_festival' then {{ add_days('last_festivals.start_on', -1) }}
            else {{ add_days('dates.as_of_on', '-windows.recent_days') }}
        end as recent_after_on,
        case
            when windows.baseline = 'same_festival' then last_festivals.end_on
            else dates.as_of_on
        end as recent_until_on,
        case
            when windows.baseline = 'same_festival' then {{ add_days('last_festivals.earlier_start_on', -1) }}
            else {{ months_before(add_days('dates.as_of_on', '-windows.recent_days'), 'windows.baseline_months') }}
        end as baseline_after_on,
        case
            when windows.baseline = 'same_festival' then last_festivals.earlier_end_on
            else {{ add_days('dates.as_of_on', '-windows.recent_days') }}
        end as baseline_until_on,
        windows.baseline = 'same_festival' as is_festival
    from dates
    cross join windows
    left join last_festivals
        on dates.as_of_on = last_festivals.as_of_on
    where windows.baseline in ('own_year', 'same_festival')

),

signals as (

    select distinct signal from {{ ref('int_churn__events') }}

),

counted as (

    select
        customers.row_key,
        spans.window_key,
        -- brings the baseline to the length of the recent window; it begins with the first purchase at the earliest
        min(case
            when spans.is_festival then 1.0
            else
                {{ days_from('spans.recent_after_on', 'spans.recent_until_on') }}
                / cast(nullif({{ days_from('greatest(spans.baseline_after_on, customers.first_purchase_on)',
                    'spans.baseline_until_on') }}, 0) as double)
        end) as weight,
        sum(case when events.occurred_on > spans.recent_after_on then events.hits else 0 end) as recent_hits,
        {{ exact_sum('case when events.occurred_on > spans.recent_after_on then events.amount else 0 end') }}
            as recent_amount,
        sum(case when events.occurred_on <= spans.baseline_until_on then events.hits else 0 end) as baseline_hits,
        sum(
            case
                when
                    events.occurred_on <= spans.baseline_until_on
                    and (
                        spans.is_festival
                        or events.signal <> 'purchase'
                        or events.occurred_on > customers.first_purchase_on
                    )
                    then events.hits
                else 0
            end
        ) as later_hits,
        {{ exact_sum('case when events.occurred_on <= spans.baseline_until_on then events.amount else 0 end') }}
            as baseline_amount
    from customers
    inner join spans
        on
            customers.as_of_on = spans.as_of_on
            and customers.customer_group = spans.customer_group
    inner join {{ ref('int_churn__events') }} as events
        on
            customers.customer_id = events.customer_id
            and spans.signal = events.signal
            and spans.baseline_after_on < events.occurred_on
            and spans.recent_until_on >= events.occurred_on
            and spans.as_of_on >= events.valid_from_on
            and spans.as_of_on < events.valid_to_on
    where
        events.occurred_on > spans.recent_after_on
        or events.occurred_on <= spans.baseline_until_on
    group by customers.row_key, spans.window_key

),

visits as (

    select
        customers.row_key,
        max(events.occurred_on) as visited_on
    from customers
    inner join {{ ref('int_churn__events') }} as events
        on
            customers.customer_id = events.customer_id
            and events.signal = 'visit'
            and customers.as_of_on >= events.occurred_on
    group by customers.row_key

),

contracts as (

    -- the contract that runs, where no other begins after it
    select
        customers.row_key,
        max(contracts.ended_on) as ended_on
    from customers
    inner join {{ ref('int_churn__contracts') }} as contracts
        on
            customers.customer_id = contracts.customer_id
            and customers.as_of_on >= contracts.signed_on
            and customers.as_of_on <= contracts.ended_on
    group by customers.row_key

),

measured as (

    select
        customers.row_key,
        customers.customer_id,
        customers.as_of_on,
        customers.is_latest,
        customers.customer_group,
        windows.indicator,
        windows.measure,
        windows.direction,
        customers.purchase_days >= windows.purchase_days_from as has_history,
        windows.baseline_hits_from,
        windows.baseline_floor,
        windows.fires_above,
        windows.level_1_above,
        windows.level_2_above,
        windows.level_3_above,
        case windows.measure
            when 'count' then coalesce(counted.later_hits, 0) else coalesce(counted.baseline_hits, 0)
        end as baseline_hits,
        windows.measure not in ('count', 'mean', 'overdue') or signals.signal is not null as is_delivered,
        counted.weight,
        -- whoever came later than a recent window before it has no months to be held against, events or none
        coalesce(
            spans.is_festival
            or {{ days_from('greatest(spans.baseline_after_on, customers.first_purchase_on)',
                'spans.baseline_until_on') }}
            >= {{ days_from('spans.recent_after_on', 'spans.recent_until_on') }},
            true
        ) as has_baseline,
        case windows.measure
            when 'count' then coalesce(counted.recent_hits, 0)
            when 'mean' then counted.recent_amount / nullif(counted.recent_hits, 0)
            when 'interval' then customers.last_gap_days
            when 'silence' then customers.recency_days
            when 'overdue'
                then {{ days_from('coalesce(visits.visited_on, customers.first_purchase_on)', 'customers.as_of_on') }}
            when 'due' then {{ days_from('customers.as_of_on', 'contracts.ended_on') }}
        end as value,
        case windows.measure
            when 'count' then coalesce(counted.later_hits * counted.weight + 0.0, 0)
            when 'mean' then counted.baseline_amount / nullif(counted.baseline_hits, 0)
            when 'interval' then customers.earlier_gap_days
            when 'silence' then customers.mean_gap_days
            else windows.recent_days
        end as own_baseline
    from customers
    inner join windows
        on customers.customer_group = windows.customer_group
    left join signals
        on windows.signal = signals.signal
    left join spans
        on
            customers.as_of_on = spans.as_of_on
            and windows.window_key = spans.window_key
    left join counted
        on
            customers.row_key = counted.row_key
            and windows.window_key = counted.window_key
    left join visits
        on customers.row_key = visits.row_key
    left join contracts
        on customers.row_key = contracts.row_key

),

compared as (

    select
        *,
        case
            when measure = 'due' then (own_baseline - value) / nullif(own_baseline, 0)
            when direction = 'down' then (own_baseline - value) / nullif(own_baseline, 0)
            else (value - own_baseline) / nullif(greatest(coalesce(own_baseline, 0), coalesce(baseline_floor, 0)), 0)
        end as change
    from measured

),

judged as (

    select
        *,
        coalesce(
            has_history
            and change is not null
            -- of what never happened before there is no baseline to fall from
            and case when measure in ('count', 'mean') then baseline_hits >= baseline_hits_from else true end
            and has_baseline
            and is_delivered,
            false
        ) as is_eligible
    from compared

),

final as (

    select
        row_key,
        customer_id,
        as_of_on,
        indicator,
        is_latest,
        customer_group,
        is_eligible,
        cast(value as double) as value,
        cast(own_baseline as double) as baseline,
        cast(change as double) as change,
        is_eligible and change > fires_above as is_fired,
        case
            when not is_eligible then null
            when change > level_1_above then 1
            when change > level_2_above then 2
            when change > level_3_above then 3
        end as rule_level
    from judged

)

select * from final
