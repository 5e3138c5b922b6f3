-- grain: one customer, tag and version that was held on the as-of date by what earlier builds recorded

with

events as (

    select
        events.*,
        row_number() over (
            partition by events.customer_id, events.tag_code, events.tag_version
            order by events.as_of_on desc, events.build_id desc
        ) as latest_rank
    from {{ ref('stg_state__tag_history') }} as events
    inner join {{ ref('int_calendar__as_of') }} as as_of
        on events.as_of_on <= as_of.as_of_on

),

final as (

    select
        customer_id,
        tag_code,
        tag_version,
        as_of_on as since_on
    from events
    where
        latest_rank = 1
        and event = 'gained'

)

select * from final
