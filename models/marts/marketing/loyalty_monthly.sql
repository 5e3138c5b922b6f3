-- grain: one month and one loyalty level

-- Points by the level after their movement. Members stand in the level of their latest movement up to the end of the
-- month; `unknown`: movements that name none.

with

as_of as (

    select as_of_on from {{ ref('int_calendar__as_of') }}

),

festival_days as (

    select date_on from {{ ref('int_calendar__festival_days') }}
    where phase = 'thanks'

),

movements as (

    select
        points.source_system,
        points.source_transaction_id,
        points.member_no,
        points.transaction_type,
        points.points,
        coalesce(points.level, 'unknown') as level,
        points.occurred_at,
        cast(date_trunc('month', points.occurred_at) as date) as month_start_on,
        festival_days.date_on is not null as is_thanks
    from {{ ref('input__loyalty_transactions') }} as points
    inner join as_of
        on {{ not_after('cast(points.occurred_at as date)', 'as_of.as_of_on') }}
    left join festival_days
        on cast(points.occurred_at as date) = festival_days.date_on

),

moved as (

    select
        month_start_on,
        level,
        sum(case when transaction_type = 'earn' then points else 0 end) as points_earned,
        -sum(case when transaction_type = 'redeem' then points else 0 end) as points_redeemed,
        -sum(case when transaction_type = 'expire' then points else 0 end) as points_expired,
        sum(case when transaction_type = 'adjust' then points else 0 end) as points_adjusted,
        count(case when transaction_type = 'redeem' then 1 end) as redemption_count,
        -sum(case when transaction_type = 'redeem' and is_thanks then points else 0 end) as points_redeemed_thanks,
        count(distinct member_no) as active_member_count
    from movements
    group by month_start_on, level

),

-- the last level of each month with a movement
monthly_levels as (

    select
        member_no,
        month_start_on,
        level
    from movements
    where member_no is not null
    qualify row_number() over (
        partition by member_no, month_start_on
        order by occurred_at desc nulls last, source_system asc, source_transaction_id asc
    ) = 1

),

sequenced as (

    select
        *,
        lag(level) over (partition by member_no order by month_start_on asc nulls last) as earlier_level
    from monthly_levels

),

changes as (

    select
        month_start_on,
        level,
        1 as change
    from sequenced
    where level is distinct from earlier_level

    union all

    select
        month_start_on,
        earlier_level as level,
        -1 as change
    from sequenced
    where
        earlier_level is not null
        and level is distinct from earlier_level

),

monthly_changes as (

    select
        month_start_on,
        level,
        sum(change) as change
    from changes
    group by month_start_on, level

),

first_month as (

    select min(month_start_on) as month_start_on from movements

),

months as (

    select distinct cast(date_trunc('month', calendar.date_on) as date) as month_start_on
    from {{ ref('calendar') }} as calendar
    inner join first_month
        on calendar.date_on >= first_month.month_start_on
    inner join as_of
        on calendar.date_on <= as_of.as_of_on

),

levels as (

    select distinct level from movements

),

final as (

    select
        cast(months.month_start_on as date) as month_start_on,
        cast(levels.level as string) as level,
        {{ member_label('levels.level', 'labels.label_zh', 'zh') }} as level_zh,
        {{ member_label('levels.level', 'labels.label_en', 'en') }} as level_en,
        cast(coalesce(sum(monthly_changes.change) over (
            partition by levels.level order by months.month_start_on asc nulls last
            rows between unbounded preceding and current row
        ), 0) as bigint) as member_count,
        {%- for figure in [
            'active_member_count', 'points_earned', 'points_redeemed', 'points_expired', 'points_adjusted',
            'redemption_count', 'points_redeemed_thanks',
        ] %}
        cast(coalesce(moved.{{ figure }}, 0) as bigint) as {{ figure }},
        {%- endfor %}
        cast(moved.points_redeemed_thanks / cast(nullif(moved.points_redeemed, 0) as double) as double)
            as thanks_share
    from months
    cross join levels
    left join moved
        on
            months.month_start_on = moved.month_start_on
            and levels.level = moved.level
    left join monthly_changes
        on
            months.month_start_on = monthly_changes.month_start_on
            and levels.level = monthly_changes.level
    left join {{ ref('int_marketing__code_labels') }} as labels
        on
            labels.list_code = 'loyalty_level'
            and levels.level = labels.code

)

select * from final
