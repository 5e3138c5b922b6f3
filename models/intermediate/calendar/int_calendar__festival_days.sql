-- grain: one day within the window of a festival

-- From the warm-up to the thanks after it; where windows overlap the day goes to the coming festival.

with

sequence as (

    select
        festival,
        festival_on,
        lag(festival_on) over (partition by festival order by festival_on asc) as earlier_on
    from {{ ref('festivals') }}

),

festivals as (

    -- a list with a year missing knows nothing of last year
    select
        festival,
        festival_on,
        case when {{ days_from('earlier_on', 'festival_on') }} < 548 then earlier_on end as last_festival_on
    from sequence

),

windows as (

    select * from {{ ref('festival_windows') }}

),

days as (

    select
        festivals.festival,
        festivals.festival_on,
        festivals.last_festival_on,
        {{ each_number('-windows.warm_up_days', 'windows.thanks_days') }} as day_number,
        windows.burst_days
    from festivals
    inner join windows
        on festivals.festival = windows.festival

),

dated as (

    select
        {{ add_days('festival_on', 'day_number') }} as date_on,
        festival,
        festival_on,
        last_festival_on,
        day_number,
        case
            when day_number > 0 then 'thanks'
            when day_number >= -burst_days then 'burst'
            else 'warm_up'
        end as phase
    from days

),

ranked as (

    select
        dated.*,
        row_number() over (
            partition by dated.date_on
            -- the coming festival, the nearest of them; then the one just past
            order by
                case when dated.day_number <= 0 then 0 else 1 end asc,
                abs(dated.day_number) asc,
                dated.festival asc
        ) as festival_rank
    from dated

),

final as (

    select
        date_on,
        festival,
        festival_on,
        last_festival_on,
        phase,
        day_number
    from ranked
    where festival_rank = 1

)

select * from final
