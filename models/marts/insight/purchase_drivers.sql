-- grain: one kind of customer (business, person) and one term: what moves how often they buy, with an interval

-- Within customers: each is compared with itself in other months (docs/decisions/0012). An association: who is visited,
-- invited and written to is chosen by the company.

with

fits as (

    select * from {{ ref('int_insight__driver_fits') }}

),

labels as (

    select * from {{ ref('purchase_driver_labels') }}

),

final as (

    select
        cast(fits.segment as string) as segment,
        cast(fits.term as string) as term,
        cast(case when fits.is_season then 'season' else labels.family end as string) as driver_family,
        cast(
            case when fits.is_season then split_part(fits.term, '_', 2) || ' 月' else labels.label_zh end as string
        ) as term_zh,
        cast(
            case when fits.is_season then 'Month ' || split_part(fits.term, '_', 2) else labels.label_en end as string
        ) as term_en,
        cast(case when fits.is_season then '与基准月相比' else labels.unit_zh end as string) as unit_zh,
        cast(case when fits.is_season then 'against the first month' else labels.unit_en end as string) as unit_en,
        cast(fits.design as string) as design,
        cast(fits.status as string) as status,
        cast(fits.coefficient as double) as coefficient,
        cast(fits.standard_error as double) as standard_error,
        cast(fits.effect as double) as effect,
        cast(fits.effect_low as double) as effect_low,
        cast(fits.effect_high as double) as effect_high,
        fits.effect_low > 0 or fits.effect_high < 0 as is_clear,
        cast(fits.customer_count as bigint) as customer_count,
        cast(fits.month_count as bigint) as month_count,
        cast(fits.order_count as bigint) as order_count,
        cast(fits.dispersion as double) as dispersion,
        cast(as_of.as_of_on as date) as as_of_on
    from fits
    cross join {{ ref('int_calendar__as_of') }} as as_of
    left join labels
        on fits.term = labels.driver

)

select * from final
