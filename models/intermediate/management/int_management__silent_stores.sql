-- grain: one store and one gap in its documents that it had no reason to leave

-- In the gap the store is expected to keep its share of what the other stores sold, as before it: with the others the
-- season comes and goes. What is ordered online and handed over there is no document of its own. The evidence is the
-- probability of none where so many are expected, as a power of ten. A gap that lasts ends with the as-of date.

with

as_of as (

    select as_of_on from {{ ref('int_calendar__as_of') }}

),

policy as (

    select * from {{ ref('anomaly_kinds') }}
    where anomaly_kind = 'silent_store'

),

days as (

    select
        orders.store_code,
        orders.ordered_on,
        count(*) as document_count,
        sum(orders.gross_amount) as amount
    from {{ ref('orders') }} as orders
    inner join as_of
        on orders.ordered_on <= as_of.as_of_on
    left join {{ ref('sales_channels') }} as channels
        on orders.channel = channels.channel
    where
        orders.is_sale
        and not coalesce(channels.is_online, false)
        and orders.document_kind = 'sale'
        and orders.store_code is not null
    group by orders.store_code, orders.ordered_on

),

following as (

    select
        store_code,
        ordered_on as last_on,
        lead(ordered_on) over (partition by store_code order by ordered_on asc) as next_on
    from days

),

gaps as (

    select
        following.store_code,
        {{ add_days('following.last_on', 1) }} as since_on,
        coalesce({{ add_days('following.next_on', -1) }}, as_of.as_of_on) as until_on
    from following
    cross join as_of
    cross join policy
    where
        {{ days_from('following.last_on', 'coalesce(' ~ add_days('following.next_on', -1) ~ ', as_of.as_of_on)') }}
        >= policy.window_days

),

compared as (

    select
        gaps.store_code,
        gaps.since_on,
        gaps.until_on,
        sum(case when days.store_code = gaps.store_code then days.document_count else 0 end) as own_count,
        sum(case when days.store_code = gaps.store_code then days.amount else 0 end) as own_amount,
        sum(
            case
                when days.store_code <> gaps.store_code and days.ordered_on < gaps.since_on then days.document_count
                else 0
            end
        ) as others_before_count,
        sum(case when days.ordered_on >= gaps.since_on then days.document_count else 0 end) as others_count
    from gaps
    cross join policy
    inner join days
        on
            gaps.until_on >= days.ordered_on
            and {{ add_days('gaps.since_on', '-policy.history_days') }} <= days.ordered_on
    group by gaps.store_code, gaps.since_on, gaps.until_on

),

expected as (

    select
        store_code,
        since_on,
        until_on,
        own_count,
        own_count * others_count / cast(nullif(others_before_count, 0) as double) as expected_count,
        own_amount / cast(own_count as double) as mean_amount
    from compared

),

final as (

    select
        expected.store_code,
        expected.since_on,
        expected.until_on,
        expected.expected_count,
        expected.expected_count * expected.mean_amount as amount,
        expected.expected_count / ln(10.0) as evidence
    from expected
    inner join policy
        on
            expected.own_count >= policy.minimum_history
            and expected.expected_count / ln(10.0) >= policy.minimum_evidence

)

select * from final
