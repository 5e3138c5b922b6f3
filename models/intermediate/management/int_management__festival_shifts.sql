-- grain: one month or quarter that is over, and what festivals that moved did to it against last year

{%- set kinds = ['month', 'quarter'] %}

with

first_month as (

    select min(month_start_on) as month_start_on from {{ ref('int_management__months') }}

),

periods as (

    select * from {{ ref('int_management__report_periods') }}
    where
        is_over
        and period_kind in ({{ "'" ~ kinds | join("', '") ~ "'" }})

),

days as (

    select * from {{ ref('int_calendar__festival_days') }}

),

festivals as (

    select distinct
        festival,
        festival_on,
        last_festival_on
    from days

),

seasons as (

    -- days of the season this year, and those of last year on the same dates of this one
    select
        festivals.festival,
        festivals.festival_on,
        festivals.last_festival_on,
        days.festival_on = festivals.festival_on as is_this_year,
        case
            when days.festival_on = festivals.festival_on then days.date_on
            else {{ months_before('days.date_on', -12) }}
        end as date_on
    from festivals
    inner join days
        on
            festivals.festival = days.festival
            and days.festival_on in (festivals.festival_on, festivals.last_festival_on)

),

moved as (

    select
        periods.period_kind,
        periods.period_start_on,
        seasons.festival,
        seasons.festival_on,
        seasons.last_festival_on,
        count(case when seasons.is_this_year then 1 end) as days_this_year,
        count(case when not seasons.is_this_year then 1 end) as days_last_year
    from periods
    inner join seasons
        on seasons.date_on between periods.period_start_on and periods.period_end_on
    where {{ months_before('seasons.festival_on', 12) }} <> seasons.last_festival_on
    group by
        periods.period_kind, periods.period_start_on, seasons.festival, seasons.festival_on, seasons.last_festival_on

),

texts as (

    select
        moved.period_kind,
        moved.period_start_on,
        {{ joined_texts('moved.festival', ', ', 'moved.festival_on asc, moved.festival asc') }} as festival_shift,
        {{ joined_texts(
            "labels.label_zh || ' ' || cast(moved.festival_on as string) || '（上年 '"
            ~ " || cast(moved.last_festival_on as string) || '）：季节内 ' || cast(moved.days_this_year as string)"
            ~ " || ' 天，上年 ' || cast(moved.days_last_year as string) || ' 天'",
            '；',
            'moved.festival_on asc, moved.festival asc'
        ) }} as festival_shift_zh,
        {{ joined_texts(
            "labels.label_en || ' ' || cast(moved.festival_on as string) || ' (last year '"
            ~ " || cast(moved.last_festival_on as string) || '): ' || cast(moved.days_this_year as string)"
            ~ " || ' days of its season, ' || cast(moved.days_last_year as string) || ' last year'",
            '; ',
            'moved.festival_on asc, moved.festival asc'
        ) }} as festival_shift_en
    from moved
    inner join {{ ref('festival_windows') }} as labels
        on moved.festival = labels.festival
    group by moved.period_kind, moved.period_start_on

),

compared as (

    select
        periods.period_kind,
        periods.period_start_on,
        bool_or(days.is_moved) as is_moved,
        bool_or(days.compared_on is null) as is_unknown,
        min(least(days.compared_on, days.same_date_on)) as earliest_on
    from periods
    inner join {{ ref('int_management__aligned_days') }} as days
        on days.date_on between periods.period_start_on and periods.period_end_on
    group by periods.period_kind, periods.period_start_on

),

final as (

    select
        compared.period_kind,
        compared.period_start_on,
        case
            when periods.last_year_start_on < first_month.month_start_on then 'no_last_year'
            when not compared.is_moved then 'unmoved'
            when compared.is_unknown then 'unknown_festival'
            when compared.earliest_on < first_month.month_start_on then 'no_last_year'
            else 'aligned'
        end as shift_status,
        case when compared.is_moved then texts.festival_shift end as festival_shift,
        case when compared.is_moved then texts.festival_shift_zh end as festival_shift_zh,
        case when compared.is_moved then texts.festival_shift_en end as festival_shift_en
    from compared
    inner join periods
        on
            compared.period_kind = periods.period_kind
            and compared.period_start_on = periods.period_start_on
    cross join first_month
    left join texts
        on
            compared.period_kind = texts.period_kind
            and compared.period_start_on = texts.period_start_on

)

select * from final
