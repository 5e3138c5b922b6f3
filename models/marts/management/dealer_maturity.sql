-- grain: one dealer, with the quadrant of its value and efficiency

with

quadrants as (

    select * from {{ ref('int_management__quadrants') }}
    where
        area_kind = 'dealer'
        and area <> 'unknown'

),

as_of as (

    select as_of_on from {{ ref('int_calendar__as_of') }}

),

dealers as (

    select
        dealer_code,
        min(province_code) as province_code
    from {{ ref('input__dealers') }}
    group by dealer_code

),

final as (

    select
        cast(quadrants.area as varchar) as dealer_code,
        cast(dealers.province_code as varchar) as province_code,
        {{ quadrant_columns() }},
        cast(as_of.as_of_on as date) as as_of_on
    from quadrants
    cross join as_of
    left join dealers
        on quadrants.area = dealers.dealer_code

)

select * from final
