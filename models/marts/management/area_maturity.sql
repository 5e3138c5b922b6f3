-- grain: one area of one kind (region or dealer), with the quadrant of its value and efficiency

with

quadrants as (

    select * from {{ ref('int_management__quadrants') }}
    where
        area_kind = 'region'
        or area <> 'unknown'

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
        cast(quadrants.area_kind as string) as area_kind,
        cast(quadrants.area as string) as area,
        {{ member_label('quadrants.area', 'labels.label_zh', 'zh') }} as area_zh,
        {{ member_label('quadrants.area', 'labels.label_en', 'en') }} as area_en,
        cast(dealers.province_code as string) as province_code,
        cast(quadrants.quadrant as string) as quadrant,
        cast(quadrants.quadrant_zh as string) as quadrant_zh,
        cast(quadrants.quadrant_en as string) as quadrant_en,
        cast(quadrants.advice_zh as string) as advice_zh,
        cast(quadrants.advice_en as string) as advice_en,
        cast(quadrants.is_low_base as boolean) as is_low_base,
        cast(quadrants.is_placed as boolean) as is_placed,
        cast(quadrants.active_customers as bigint) as active_customers,
        cast(quadrants.clv_total as decimal(18, 2)) as clv_total,
        cast(quadrants.clv_per_active as decimal(18, 2)) as clv_per_active,
        cast(quadrants.campaign_cost as decimal(18, 2)) as campaign_cost,
        cast(quadrants.campaign_margin as decimal(18, 2)) as campaign_margin,
        cast(quadrants.attributed_roi as double) as attributed_roi,
        cast(quadrants.incremental_margin as double) as incremental_margin,
        cast(quadrants.measured_cost as decimal(18, 2)) as measured_cost,
        cast(quadrants.incremental_roi as double) as incremental_roi,
        cast(quadrants.efficiency as double) as efficiency,
        cast(quadrants.efficiency_basis as string) as efficiency_basis,
        cast(bases.label_zh as string) as efficiency_basis_zh,
        cast(bases.label_en as string) as efficiency_basis_en,
        cast(quadrants.value_cut as double) as value_cut,
        cast(quadrants.efficiency_cut as double) as efficiency_cut,
        cast(as_of.as_of_on as date) as as_of_on
    from quadrants
    cross join as_of
    left join dealers
        on
            quadrants.area_kind = 'dealer'
            and quadrants.area = dealers.dealer_code
    left join {{ ref('int_management__segment_labels') }} as labels
        on
            quadrants.area_kind = labels.segment_kind
            and quadrants.area = labels.segment
    left join {{ ref('marketing_labels') }} as bases
        on
            bases.list_code = 'return_basis'
            and quadrants.efficiency_basis = bases.code

)

select * from final
