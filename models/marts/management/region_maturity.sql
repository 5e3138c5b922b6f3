-- grain: one region, with the quadrant of its value and efficiency

with

quadrants as (

    select * from {{ ref('int_management__quadrants') }}
    where area_kind = 'region'

),

as_of as (

    select as_of_on from {{ ref('int_calendar__as_of') }}

),

final as (

    select
        cast(quadrants.area as varchar) as region,
        {{ member_label('quadrants.area', 'labels.label_zh', 'zh') }} as region_zh,
        {{ member_label('quadrants.area', 'labels.label_en', 'en') }} as region_en,
        {{ quadrant_columns() }},
        cast(as_of.as_of_on as date) as as_of_on
    from quadrants
    cross join as_of
    left join {{ ref('int_management__segment_labels') }} as labels
        on
            labels.segment_kind = 'region'
            and quadrants.area = labels.segment

)

select * from final
