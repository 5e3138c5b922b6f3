-- grain: one year or quarter, the main channel of customers in the one before, and in this one

-- `new`: no purchase before; `returned`: purchases before, none in the period before; `none`: no purchase in this one.
-- The last period may be under way (`is_complete`): its `none` may still buy.

with

mains as (

    select * from {{ ref('int_channels__main_channels') }}

),

as_of as (

    select as_of_on from {{ ref('int_calendar__as_of') }}

),

seen as (

    select distinct
        period_kind,
        period_start_on
    from mains

),

periods as (

    select
        period_kind,
        period_start_on,
        lag(period_start_on) over (partition by period_kind order by period_start_on asc) as earlier_start_on,
        case period_kind
            when 'year' then {{ months_before('period_start_on', -12) }}
            else {{ months_before('period_start_on', -3) }}
        end as next_start_on
    from seen

),

stood as (

    select
        periods.period_kind,
        periods.period_start_on,
        mains.customer_number,
        mains.main_channel,
        mains.net_amount,
        min(mains.period_start_on) over (partition by periods.period_kind, mains.customer_number) as first_start_on
    from mains
    inner join periods
        on
            mains.period_kind = periods.period_kind
            and mains.period_start_on = periods.period_start_on

),

arrived as (

    select
        stood.period_kind,
        stood.period_start_on,
        case
            when earlier.customer_number is not null then earlier.main_channel
            when stood.first_start_on = stood.period_start_on then 'new'
            else 'returned'
        end as from_channel,
        stood.main_channel as to_channel,
        stood.net_amount,
        coalesce(earlier.net_amount, 0) as earlier_amount
    from stood
    inner join periods
        on
            stood.period_kind = periods.period_kind
            and stood.period_start_on = periods.period_start_on
            and periods.earlier_start_on is not null
    left join stood as earlier
        on
            stood.period_kind = earlier.period_kind
            and stood.customer_number = earlier.customer_number
            and periods.earlier_start_on = earlier.period_start_on

),

departed as (

    select
        periods.period_kind,
        periods.period_start_on,
        earlier.main_channel as from_channel,
        'none' as to_channel,
        0 as net_amount,
        earlier.net_amount as earlier_amount
    from periods
    inner join stood as earlier
        on
            periods.period_kind = earlier.period_kind
            and periods.earlier_start_on = earlier.period_start_on
    left join stood
        on
            earlier.period_kind = stood.period_kind
            and earlier.customer_number = stood.customer_number
            and periods.period_start_on = stood.period_start_on
    where stood.customer_number is null

),

moves as (

    select * from arrived
    union all
    select * from departed

),

counted as (

    select
        period_kind,
        period_start_on,
        from_channel,
        to_channel,
        count(*) as customer_count,
        sum(net_amount) as net_amount,
        sum(earlier_amount) as earlier_net_amount
    from moves
    group by period_kind, period_start_on, from_channel, to_channel

),

final as (

    select
        case counted.period_kind when 'year' then 12 else 3 end as months_apart,
        {{ add_days('periods.next_start_on', -1) }} as period_end_on,
        counted.from_channel,
        counted.to_channel,
        periods.next_start_on <= {{ add_days('as_of.as_of_on', 1) }} as is_complete,
        counted.customer_count,
        counted.net_amount,
        counted.earlier_net_amount
    from counted
    cross join as_of
    inner join periods
        on
            counted.period_kind = periods.period_kind
            and counted.period_start_on = periods.period_start_on

)

select * from final
